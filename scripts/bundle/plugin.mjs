// The esbuild plugin behind the entries: chooses the platform of an entry (ts/platform/current.ts)
// and makes the modules `virtual:worker-source` and `virtual:wasm/<variant>` for the inlined one.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { root } from '../shell.mjs'

/** The name of the worker's source in the inlined build; scripts/bundle/browser.mjs declares it. */
export const SOURCE = '__gradloomSource'

const wasmBase64 = (variant) => {
  const wasm = readFileSync(join(root, 'build/wasm', variant, 'gradloom_bg.wasm'))
  return gzipSync(wasm, { level: 9 }).toString('base64')
}

const virtual = (path) =>
  path === 'virtual:worker-source' ? SOURCE : JSON.stringify(wasmBase64(path.split('/')[1]))

/** `platform` is `node`, `browser` or `assets`: a file of ts/platform. */
export const gradloomPlugin = (platform) => ({
  name: 'gradloom',
  setup(hooks) {
    hooks.onResolve({ filter: /(^|\/)platform\/current\.ts$|^\.\/current\.ts$/ }, () => ({
      path: join(root, 'ts/platform', `${platform}.ts`),
    }))
    hooks.onResolve({ filter: /^virtual:/ }, ({ path }) => ({ path, namespace: 'gradloom' }))
    hooks.onLoad({ filter: /.*/, namespace: 'gradloom' }, ({ path }) => ({
      contents: `export default ${virtual(path)}`,
      loader: 'js',
    }))
  },
})
