// The entries in several files: Node, assets (URL worker and wasm files) and edge runtimes. The
// browser's, in one file, is made by scripts/bundle/browser.mjs; types are emitted by tsc.

import { defineConfig, type Options } from 'tsup'
import { gradloomPlugin } from './scripts/bundle/plugin.mjs'

const shared: Options = {
  format: 'esm',
  target: 'es2022',
  bundle: true,
  splitting: false,
  treeshake: false,
  metafile: true,
  dts: false,
  clean: false,
  silent: true,
  outExtension: () => ({ js: '.js' }),
}

const index = 'ts/index.ts'
const dist = process.env.GRADLOOM_DIST ?? 'dist'

type Platform = 'node' | 'assets' | 'edge'

const entry = (name: Platform, files: Record<string, string>, more: Options = {}): Options => ({
  ...shared,
  name,
  entry: files,
  outDir: `${dist}/${name}`,
  platform: name === 'node' ? 'node' : 'browser',
  minify: name === 'node' ? false : 'terser',
  esbuildPlugins: [gradloomPlugin(name, `${dist}/node/worker.js`)],
  ...more,
})

export default defineConfig([
  entry('node', { index, bench: 'ts/bench.ts' }),
  entry('assets', { index, worker: 'ts/runtime/worker.ts' }),
  entry('edge', { index }, { inject: ['ts/platform/edge-registry.ts'] }),
])
