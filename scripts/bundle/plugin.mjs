// The esbuild plugin behind the entries: chooses what stands for ts/platform/current.ts and
// images.ts and ts/io/disk.ts, and makes the modules `virtual:worker-source` and
// `virtual:wasm/<variant>` for the inlined one.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { root } from '../shell.mjs'

/** The name of the worker's source in the inlined build; scripts/bundle/browser.mjs declares it. */
export const SOURCE = '__gradloomSource'

/** The module of a variant: base64 of gzip. */
export const wasmBase64 = (variant) => {
  const wasm = readFileSync(join(root, 'build/wasm', variant, 'gradloom_bg.wasm'))
  return gzipSync(wasm, { level: 9 }).toString('base64')
}

const virtual = (path) =>
  path === 'virtual:worker-source' ? SOURCE : JSON.stringify(wasmBase64(path.split('/')[1]))

/** Files that another one stands for, by platform. */
export const PLATFORM = /\/(current|disk|images)\.ts$/

/** The file of a platform (`node`, `browser`, `assets`) that is taken for `path`. */
export const standIn = (path, platform) => {
  if (path.endsWith('/current.ts')) return join(root, 'ts/platform', `${platform}.ts`)
  if (path.endsWith('/images.ts')) {
    return join(root, 'ts/platform', `${platform === 'node' ? 'node' : 'web'}-images.ts`)
  }
  return join(root, 'ts/io', platform === 'node' ? 'disk.ts' : 'no-disk.ts')
}

/** `platform` is `node`, `browser` or `assets`: a file of ts/platform. */
export const gradloomPlugin = (platform) => ({
  name: 'gradloom',
  setup(hooks) {
    hooks.onResolve({ filter: PLATFORM }, ({ path }) => ({
      path: standIn(path, platform),
    }))
    hooks.onResolve({ filter: /^virtual:/ }, ({ path }) => ({ path, namespace: 'gradloom' }))
    hooks.onLoad({ filter: /.*/, namespace: 'gradloom' }, ({ path }) => ({
      contents: `export default ${virtual(path)}`,
      loader: 'js',
    }))
  },
})
