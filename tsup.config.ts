// The three entries: Node (worker and wasm in files), browser (everything inlined), assets (URL
// worker and wasm files). Types are emitted by tsc, see scripts/build-ts.mjs.

import { defineConfig, type Options } from 'tsup'
import { gradloomPlugin } from './scripts/bundle/plugin.mjs'

const shared: Options = {
  format: 'esm',
  target: 'es2022',
  bundle: true,
  splitting: false,
  treeshake: false,
  dts: false,
  clean: false,
  silent: true,
  outExtension: () => ({ js: '.js' }),
}

const index = 'ts/index.ts'
const worker = 'ts/runtime/worker.ts'

const entry = (name: 'node' | 'browser' | 'assets', files: Record<string, string>): Options => ({
  ...shared,
  name,
  entry: files,
  outDir: `${process.env.GRADLOOM_DIST ?? 'dist'}/${name}`,
  platform: name === 'node' ? 'node' : 'browser',
  minify: name !== 'node',
  esbuildPlugins: [gradloomPlugin(name)],
})

export default defineConfig([
  entry('node', { index, worker, bench: 'ts/bench.ts' }),
  entry('browser', { index }),
  entry('assets', { index, worker }),
])
