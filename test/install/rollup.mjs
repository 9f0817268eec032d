// Pages bundled by Rollup, which copies no assets either.

import { join } from 'node:path'
import { useChromium } from '../../scripts/install/browsers.mjs'
import { visitFolder } from '../../scripts/install/contexts.mjs'
import { writeScripts } from '../../scripts/install/pages.mjs'
import { copyAssets } from './esbuild.mjs'

const config = `
import resolve from '@rollup/plugin-node-resolve'
export default {
  input: ['index.js', 'assets.js'],
  plugins: [resolve({ browser: true })],
  output: { dir: 'out/js', format: 'es' },
  onwarn: (warning) => { throw new Error(warning.message) },
}
`

const rollup = {
  name: 'rollup',
  packages: { rollup: '4.68.7', '@rollup/plugin-node-resolve': '16.0.3' },
  async run(place, report) {
    await writeScripts(place)
    place.write('rollup.config.js', config)
    const built = await report.check('build', async () => {
      await place.node('rollup/dist/bin/rollup', ['-c', '--silent'])
      copyAssets(place, 'out')
      for (const page of ['index', 'assets'])
        place.write(`out/${page}.html`, `<script type="module" src="./js/${page}.js"></script>`)
    })
    if (!built) return
    await visitFolder(report, await useChromium(), join(place.app, 'out'))
  },
}

export const fixtures = [rollup]
