// Chromium without a bundler: files of the package as they are, from the page's origin and from
// another one, as from a CDN.

import { join } from 'node:path'
import { useChromium, visit } from '../../scripts/install/browsers.mjs'
import { visitFolder, visitPlain } from '../../scripts/install/contexts.mjs'
import { writePlainSite, writeSite } from '../../scripts/install/pages.mjs'
import { policy, serveFolder } from '../../scripts/install/serve.mjs'

const noBundler = {
  name: 'chromium',
  async run(place, report) {
    const browser = await useChromium()
    const site = await writePlainSite(place)
    await visitFolder(report, browser, site)
    const fallback = { mode: 'inline', reason: /no worker could be started.*gradloom\/assets/ }
    await report.trains('CSP, no blob workers: falls back and says so', fallback, async () => {
      const server = await serveFolder(site, policy(''))
      try {
        return await visit(browser, `${server.url}/index.html`)
      } finally {
        server.close()
      }
    })
  },
}

const cdn = {
  name: 'cdn',
  async run(place, report) {
    const browser = await useChromium()
    const cors = {
      'Access-Control-Allow-Origin': '*',
      'Cross-Origin-Resource-Policy': 'cross-origin',
    }
    const server = await serveFolder(join(place.app, 'node_modules/gradloom/dist'), cors)
    try {
      await visitPlain(report, browser, await writeSite(place, server.url))
    } finally {
      server.close()
    }
  },
}

export const fixtures = [noBundler, cdn]
