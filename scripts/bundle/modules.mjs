// The inlined browser build as modules, one for each source: what bundlers take, so that they can
// leave out what a page does not use. In one file, a namespace such as `layers` is an object that
// keeps all its members.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { transform } from 'esbuild'
import { rollup } from 'rollup'
import { root } from '../shell.mjs'
import { PLATFORM, standIn, wasmBase64 } from './plugin.mjs'

/** Fields without a value are no code: as in tsconfig.json. */
const tsconfigRaw = { compilerOptions: { useDefineForClassFields: false } }

const read = (path) => readFileSync(join(root, path), 'utf8')
const asModule = (text) => `export default ${JSON.stringify(text)}`

/** What does not stand in ts/: how it is imported, the file it becomes in `inlined`, its code. */
const inlined = (worker) => [
  [/^comlink$/, 'comlink', () => read('node_modules/comlink/dist/esm/comlink.mjs')],
  [/^d3-dsv$/, 'd3-dsv', () => read('node_modules/d3-dsv/dist/d3-dsv.mjs')],
  [/\/gradloom\.js$/, 'glue', () => read('build/wasm/gradloom.js')],
  [/^virtual:wasm\/simd$/, 'simd', () => asModule(wasmBase64('simd'))],
  [/^virtual:wasm\/threads$/, 'threads', () => asModule(wasmBase64('threads'))],
  [/^virtual:worker-source$/, 'worker', () => asModule(worker)],
]

const fileOf = (name) => join(root, 'ts/inlined', `${name}.js`)

const plugin = (worker) => {
  const sources = inlined(worker)
  return {
    name: 'gradloom',
    resolveId(path) {
      if (PLATFORM.test(path)) return standIn(path, 'browser')
      const known = sources.find(([pattern]) => pattern.test(path))
      return known ? fileOf(known[1]) : null
    },
    load(file) {
      const known = sources.find(([, name]) => fileOf(name) === file)
      return known ? known[2]() : null
    },
    async transform(text, file) {
      if (!file.endsWith('.ts')) return null
      const { code } = await transform(text, { loader: 'ts', target: 'es2022', tsconfigRaw })
      return { code, map: null }
    },
  }
}

/** Writes the build to `dir`; `worker` is the worker's source. */
export const bundleModules = async (dir, worker) => {
  const bundle = await rollup({
    input: join(root, 'ts/index.ts'),
    plugins: [plugin(worker)],
    // As package.json says. Else imports are kept whose names are all unused, and bundlers warn.
    treeshake: { moduleSideEffects: false },
  })
  await bundle.write({
    dir,
    format: 'es',
    preserveModules: true,
    preserveModulesRoot: join(root, 'ts'),
    entryFileNames: '[name].js',
  })
  // Only programs in Node that were bundled load it, and only when they ask for it.
  writeFileSync(join(dir, 'inlined/fast.js'), `${asModule(wasmBase64('fast'))}\n`)
}
