// The distribution's Firefox, without a bundler.

import { useFirefox } from '../../scripts/install/browsers.mjs'
import { visitFolder } from '../../scripts/install/contexts.mjs'
import { writePlainSite } from '../../scripts/install/pages.mjs'

const firefox = {
  name: 'firefox',
  packages: { 'puppeteer-core': '25.16.0' },
  async run(place, report) {
    const site = await writePlainSite(place)
    await visitFolder(report, await useFirefox(place), site)
  },
}

export const fixtures = [firefox]
