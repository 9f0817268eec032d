// Pages bundled by Parcel 2, with its defaults.

import { join } from 'node:path'
import { useChromium } from '../../scripts/install/browsers.mjs'
import { visitFolder } from '../../scripts/install/contexts.mjs'
import { writePages, writeScripts } from '../../scripts/install/pages.mjs'

const parcel = {
  name: 'parcel',
  packages: { parcel: '2.16.4' },
  async run(place, report) {
    await writeScripts(place)
    writePages(place)
    const built = await report.check('build', async () => {
      const args = ['build', 'index.html', 'assets.html', '--no-cache', '--no-source-maps']
      await place.node('parcel/lib/bin.js', args)
    })
    if (!built) return
    // Parcel writes an import map into the page, which a policy must allow.
    const scripts = "'unsafe-inline'"
    await visitFolder(report, await useChromium(), join(place.app, 'dist'), { scripts })
  },
}

export const fixtures = [parcel]
