// The esbuild plugin behind the entries: chooses what stands for ts/platform/current.ts,
// images.ts and carried.ts and for ts/io/disk.ts, and makes the modules `virtual:worker-source`,
// `virtual:wasm/<variant>` and `virtual:compiled/simd`.

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

/** The file of a platform (`node`, `browser`, `assets`, `edge`) that is taken for `path`. */
export const standIn = (path, platform) => {
  if (path.endsWith('/current.ts')) return join(root, 'ts/platform', `${platform}.ts`)
  if (path.endsWith('/images.ts')) {
    const decoding = platform === 'node' || platform === 'edge'
    return join(root, 'ts/platform', `${decoding ? 'node' : 'web'}-images.ts`)
  }
  return join(root, 'ts/io', platform === 'node' ? 'disk.ts' : 'no-disk.ts')
}

/** Where an entry finds what is shipped as a file of its own. */
const shipped = (path) => {
  const variant = path.split('/')[1]
  return path.startsWith('virtual:packed/')
    ? `../modules/inlined/${variant}.js`
    : `../wasm/${variant}.wasm?module`
}

/** carried.ts of the Node build; `worker` is the file of the worker's script. */
const carried = (worker) => `
const cores = {
  simd: () => import('virtual:packed/simd'),
  threads: () => import('virtual:packed/threads'),
  fast: () => import('virtual:packed/fast'),
}
export const workerSource = () => ${JSON.stringify(readFileSync(worker, 'utf8'))}
export const packedCore = async (variant) => (await cores[variant]()).default
`

/** `platform` is a file of ts/platform; `worker`, for Node, the file of the worker's script. */
export const gradloomPlugin = (platform, worker) => ({
  name: 'gradloom',
  setup(hooks) {
    hooks.onResolve({ filter: PLATFORM }, ({ path }) => ({
      path: standIn(path, platform),
    }))
    hooks.onResolve({ filter: /^virtual:(packed|compiled)\// }, ({ path }) => ({
      path: shipped(path),
      external: true,
    }))
    hooks.onResolve({ filter: /^virtual:/ }, ({ path }) => ({ path, namespace: 'gradloom' }))
    hooks.onLoad({ filter: /.*/, namespace: 'gradloom' }, ({ path }) => ({
      contents: `export default ${virtual(path)}`,
      loader: 'js',
    }))
    hooks.onLoad({ filter: /\/carried\.ts$/ }, () => ({ contents: carried(worker), loader: 'js' }))
  },
})
