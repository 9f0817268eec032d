// The entries in several files: Node, and assets (URL worker and wasm files). The browser's, in one
// file, is made by scripts/bundle/browser.mjs; types are emitted by tsc.

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

const entry = (name: 'node' | 'assets', files: Record<string, string>): Options => ({
  ...shared,
  name,
  entry: files,
  outDir: `${process.env.GRADLOOM_DIST ?? 'dist'}/${name}`,
  platform: name === 'node' ? 'node' : 'browser',
  minify: name === 'node' ? false : 'terser',
  esbuildPlugins: [gradloomPlugin(name)],
})

export default defineConfig([
  entry('node', { index, worker, bench: 'ts/bench.ts' }),
  entry('assets', { index, worker }),
])
