// Pages bundled by esbuild. It knows no `new URL(…, import.meta.url)`: with `gradloom/assets` the
// worker and the core are copied beside the bundle.

import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { useChromium } from '../../scripts/install/browsers.mjs'
import { visitFolder } from '../../scripts/install/contexts.mjs'
import { writeScripts } from '../../scripts/install/pages.mjs'

/** What the documentation asks of users of `gradloom/assets` whose bundler copies nothing. */
export const copyAssets = (place, dir) => {
  const dist = join(place.app, 'node_modules/gradloom/dist')
  cpSync(join(dist, 'assets/worker.js'), join(place.app, dir, 'js/worker.js'))
  cpSync(join(dist, 'wasm'), join(place.app, dir, 'wasm'), { recursive: true })
}

export const packages = { esbuild: '0.28.2' }

const ARGS = ['index.js', 'assets.js', '--bundle', '--minify', '--format=esm', '--target=es2020']

/** Builds both pages; resolves to their folder. */
export const bundlePages = async (place) => {
  await writeScripts(place)
  const program = join(place.tools, '.bin/esbuild')
  await place.run(program, [...ARGS, '--log-level=error', '--outdir=out/js'])
  copyAssets(place, 'out')
  for (const page of ['index', 'assets'])
    place.write(`out/${page}.html`, `<script type="module" src="./js/${page}.js"></script>`)
  return join(place.app, 'out')
}

const esbuild = {
  name: 'esbuild',
  packages,
  async run(place, report) {
    const built = await report.check('build', () => bundlePages(place).then(() => ''))
    if (built) await visitFolder(report, await useChromium(), join(place.app, 'out'))
  },
}

export const fixtures = [esbuild]
