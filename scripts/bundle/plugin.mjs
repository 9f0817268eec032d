// The esbuild plugin behind the entries: chooses the platform of an entry (ts/platform/current.ts,
// images.ts) and makes the modules `virtual:worker-source` and `virtual:wasm/<variant>` for the inlined one.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { root } from '../shell.mjs'

const worker = join(root, 'ts/runtime/worker.ts')

/** The worker as one classic script. */
const workerSource = async () => {
  const result = await build({
    entryPoints: [worker],
    bundle: true,
    write: false,
    minify: true,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    legalComments: 'none',
    logLevel: 'error',
  })
  return result.outputFiles[0].text
}

const wasmBase64 = (variant) => {
  const wasm = readFileSync(join(root, 'build/wasm', variant, 'gradloom_bg.wasm'))
  return gzipSync(wasm, { level: 9 }).toString('base64')
}

const virtual = (path) =>
  path === 'virtual:worker-source' ? workerSource() : wasmBase64(path.split('/')[1])

/** `platform` is `node`, `browser` or `assets`: a file of ts/platform. */
export const gradloomPlugin = (platform) => ({
  name: 'gradloom',
  setup(hooks) {
    hooks.onResolve({ filter: /(^|\/)platform\/current\.ts$|^\.\/current\.ts$/ }, () => ({
      path: join(root, 'ts/platform', `${platform}.ts`),
    }))
    hooks.onResolve({ filter: /platform\/images\.ts$/ }, () => ({
      path: join(root, 'ts/platform', `${platform === 'node' ? 'node' : 'web'}-images.ts`),
    }))
    hooks.onResolve({ filter: /^virtual:/ }, ({ path }) => ({ path, namespace: 'gradloom' }))
    hooks.onLoad({ filter: /.*/, namespace: 'gradloom' }, async ({ path }) => ({
      contents: `export default ${JSON.stringify(await virtual(path))}`,
      loader: 'js',
    }))
  },
})
