// Chromium without a bundler: files of the package as they are, from the page's origin and from
// another one, as from a CDN.

import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { useChromium } from '../../scripts/install/browsers.mjs'
import { cleanVisit, contexts, visitFolder } from '../../scripts/install/contexts.mjs'
import { printing } from '../../scripts/install/programs.mjs'
import { headers, serveFolder } from '../../scripts/install/serve.mjs'
import { visit } from '../../scripts/install/browsers.mjs'

const html = '<!doctype html><title>Trains</title><script type="module" src="./main.js"></script>'

/** A page that takes the package from `base`. */
const writePages = async (place, base) => {
  for (const [page, entry] of [
    ['index', 'browser'],
    ['assets', 'assets'],
  ]) {
    const from = `${base}/${entry}/index.js`
    await place.program('train', `site/${page}-train.js`, { from })
    place.write(`site/${page}.js`, printing('import', `./${page}-train.js`))
    place.write(`site/${page}.html`, html.replace('main', page))
  }
}

const noBundler = {
  name: 'chromium',
  async run(place, report) {
    const browser = await useChromium()
    await writePages(place, './dist')
    cpSync(join(place.app, 'node_modules/gradloom/dist'), join(place.app, 'site/dist'), {
      recursive: true,
    })
    await visitFolder(report, browser, join(place.app, 'site'))
    const fallback = { mode: 'inline', reason: /no worker could be started.*gradloom\/assets/ }
    await report.trains('CSP, no blob workers: falls back and says so', fallback, async () => {
      const server = await serveFolder(join(place.app, 'site'), headers.noBlobWorkers)
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
    const allow = {
      'Access-Control-Allow-Origin': '*',
      'Cross-Origin-Resource-Policy': 'cross-origin',
    }
    const server = await serveFolder(join(place.app, 'node_modules/gradloom/dist'), allow)
    try {
      await writePages(place, server.url)
      const of = contexts.filter(({ headers: own, page }) => !own['Content-Security-Policy'] && page === 'index')
      await visitFolder(report, browser, join(place.app, 'site'), { of })
    } finally {
      server.close()
    }
  },
}

export const fixtures = [noBundler, cdn]
