// Pages bundled by webpack 5, with its defaults.

import { join } from 'node:path'
import { useChromium } from '../../scripts/install/browsers.mjs'
import { visitFolder } from '../../scripts/install/contexts.mjs'
import { writePages, writeScripts } from '../../scripts/install/pages.mjs'

const config = `
export default {
  mode: 'production',
  entry: { index: './index.js', assets: './assets.js' },
  performance: { hints: false },
}
`

const webpack = {
  name: 'webpack',
  packages: { webpack: '5.112.2', 'webpack-cli': '7.3.1' },
  async run(place, report) {
    await writeScripts(place)
    writePages(place, { dir: 'dist', kind: 'classic' })
    place.write('webpack.config.js', config)
    const built = await report.check('build', async () => {
      const output = await place.node('webpack-cli/bin/cli.js', [])
      if (/WARNING/.test(output)) throw new Error(output)
    })
    if (!built) return
    await visitFolder(report, await useChromium(), join(place.app, 'dist'))
  },
}

export const fixtures = [webpack]
