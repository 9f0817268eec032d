// The distribution's Firefox, without a bundler.

import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { useFirefox } from '../../scripts/install/browsers.mjs'
import { visitFolder } from '../../scripts/install/contexts.mjs'
import { writePages, writeScripts } from '../../scripts/install/pages.mjs'

const firefox = {
  name: 'firefox',
  packages: { 'puppeteer-core': '25.16.0' },
  async run(place, report) {
    const from = ['browser', 'assets'].map((entry) => `./dist/${entry}/index.js`)
    await writeScripts(place, { dir: 'site', from })
    writePages(place, { dir: 'site' })
    const site = join(place.app, 'site')
    cpSync(join(place.app, 'node_modules/gradloom/dist'), join(site, 'dist'), { recursive: true })
    await visitFolder(report, await useFirefox(place), site)
  },
}

export const fixtures = [firefox]
