// The distribution's Firefox: without a bundler, and with pages that Vite and esbuild have bundled.

import { join } from 'node:path'
import { useFirefox } from '../../scripts/install/browsers.mjs'
import { visitFolder } from '../../scripts/install/contexts.mjs'
import { writePlainSite } from '../../scripts/install/pages.mjs'
import { bundlePages, packages as esbuild } from './esbuild.mjs'
import { buildPages, VITE } from './vite.mjs'

/** `prepare` resolves to the folder of the pages. */
const fixtureOf = (name, packages, prepare) => ({
  name,
  packages: { 'puppeteer-core': '25.16.0', ...packages },
  async run(place, report) {
    const site = await prepare(place)
    await visitFolder(report, await useFirefox(place), site)
  },
})

export const fixtures = [
  fixtureOf('firefox', {}, writePlainSite),
  fixtureOf('firefox-esbuild', esbuild, bundlePages),
  fixtureOf('firefox-vite', { vite: VITE }, async (place) => {
    await buildPages(place)
    return join(place.app, 'dist')
  }),
]
