// What a page downloads: the bytes of JavaScript after gzip, without the wasm that stands in it as
// base64. For the whole library, and for a page that was bundled.

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { rollup } from 'rollup'
import { minify } from 'terser'
import { root } from '../shell.mjs'

const base64 = /[A-Za-z0-9+/]{4000,}={0,2}/g

const gzipped = (text) => gzipSync(text.replace(base64, ''), { level: 9 }).length

/** A dense classifier that trains and predicts. */
const page = `
import { init, layers, sequential } from 'gradloom'
await init()
const model = sequential([
  layers.dense({ units: 64, activation: 'relu', inputShape: [784] }),
  layers.dense({ units: 10, activation: 'softmax' }),
])
model.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy', metrics: ['accuracy'] })
await model.fit(globalThis.x, globalThis.y)
globalThis.answer = await model.predict(globalThis.x)
`

/** As a user's bundler takes it: our package has no side effects, says its package.json. */
const plugin = {
  name: 'page',
  resolveId(path) {
    if (path === 'page') return path
    if (path !== 'gradloom') return null
    return { id: join(root, 'dist/modules/index.js'), moduleSideEffects: false }
  },
  load: (path) => (path === 'page' ? page : null),
}

const shaken = async () => {
  const treeshake = { moduleSideEffects: (id) => id === 'page' }
  const bundle = await rollup({ input: 'page', plugins: [plugin], treeshake })
  const { output } = await bundle.generate({ format: 'es' })
  const { code } = await minify(output[0].code, { module: true, ecma: 2022 })
  return gzipped(code)
}

/** Bytes by what is downloaded; `undefined` when dist/ is not built. */
export const downloads = async () => {
  const whole = join(root, 'dist/browser/index.js')
  if (!existsSync(whole)) return undefined
  return { everything: gzipped(readFileSync(whole, 'utf8')), 'a dense classifier': await shaken() }
}
