// Programs for servers, bundled by esbuild and by webpack, and run far from the package: what they
// need must be in the bundle.

import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { outcomeOf, printing } from '../../scripts/install/programs.mjs'

/** Runs the bundle elsewhere, without the package. */
const runAway = async (place, file) => {
  const dir = mkdtempSync(join(tmpdir(), 'gradloom-'))
  try {
    cpSync(join(place.app, 'out'), dir, { recursive: true })
    rmSync(join(place.app, 'node_modules'), { recursive: true, force: true })
    return outcomeOf(await place.run(process.execPath, [join(dir, file)]))
  } finally {
    rmSync(dir, { recursive: true })
  }
}

const prepare = async (place) => {
  await place.program('train', 'train.js')
  place.write('main.js', printing('import', './train.js'))
}

const bundled = { mode: 'shared', reason: /Node shares memory/ }

const esbuild = (format) => ({
  name: `server-esbuild-${format}`,
  packages: { esbuild: '0.28.2' },
  async run(place, report) {
    const file = format === 'esm' ? 'out/main.mjs' : 'out/main.cjs'
    const args = ['main.js', '--bundle', '--platform=node', '--log-level=error']
    await prepare(place)
    await report.trains('', bundled, async () => {
      await place.run(join(place.tools, '.bin/esbuild'), [
        ...args,
        `--format=${format}`,
        `--outfile=${file}`,
      ])
      return runAway(place, file.slice('out/'.length))
    })
  },
})

const webpackConfig = `
import { join } from 'node:path'
export default {
  mode: 'production',
  target: 'node20',
  entry: './main.js',
  output: { path: join(import.meta.dirname ?? process.cwd(), 'out'), filename: 'main.cjs' },
}
`

const webpack = {
  name: 'server-webpack',
  packages: { webpack: '5.112.2', 'webpack-cli': '7.3.1' },
  async run(place, report) {
    await prepare(place)
    place.write('webpack.config.mjs', webpackConfig)
    await report.trains('', bundled, async () => {
      await place.node('webpack-cli/bin/cli.js', ['--config', 'webpack.config.mjs'])
      return runAway(place, 'main.cjs')
    })
  },
}

export const fixtures = [esbuild('esm'), esbuild('cjs'), webpack]
