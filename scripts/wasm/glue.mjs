// One JavaScript glue for all variants: build/wasm/gradloom.js and .d.ts, the glue of `threads`
// inside a function. As a module it would hold one instance for ever, and one that has trapped must
// be replaced. Fails when the variants differ in what they import or export.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from '../shell.mjs'
import { variants } from './variants.mjs'
import { inspect } from './verify.mjs'

const ofThreads = /^__wbindgen_(thread_destroy|start)$|^__stack_alloc$|^__tls_|^__wasm_/

const mustEqual = (what, variant, given, expected) => {
  const missing = expected.filter((name) => !given.includes(name))
  const extra = given.filter((name) => !expected.includes(name))
  if (missing.length + extra.length === 0) return
  const difference = [...missing.map((name) => `-${name}`), ...extra.map((name) => `+${name}`)]
  throw new Failure(
    `the ${what} of ${variant} differ from those of threads: ${difference.join(' ')}`,
  )
}

const checkInterfaces = (modules) => {
  const plain = (names) => names.filter((name) => !ofThreads.test(name))
  const expected = modules.threads
  for (const [name, { imports, exports }] of Object.entries(modules)) {
    if (!imports) continue
    mustEqual('imports', name, imports, expected.imports)
    mustEqual('exports', name, plain(exports), plain(expected.exports))
  }
}

const sameText = (dir, a, b, file) => {
  const read = (name) => readFileSync(join(dir, name, file), 'utf8').replace(/initial:\d+/, '')
  return read(a) === read(b)
}

/** The part of `text` from `start` up to `end`, taken out. */
const cut = (text, start, end) => {
  const from = text.indexOf(start)
  const to = text.indexOf(end, from)
  if (from < 0 || to < 0)
    throw new Failure(`wasm-bindgen’s glue has changed: no \`${start}\` in it.`)
  return text.slice(0, from) + text.slice(to)
}

const exported = /^export (?:function|class) (\w+)/gm

/**
 * Code for engines that have no SIMD anyway, and for failures that end the instance. All views of
 * the memory are made anew.
 */
const dispensable = [
  [/^if \(Symbol\.dispose\).*\n/gm, ''],
  [/\(typeof FinalizationRegistry === 'undefined'\)\s*\?.*\s*: /g, ''],
  [
    /let cached\w+ = null;\nfunction (get\w+)\(\) \{[^}]*\}\s*return cached(\w+)Memory0;\n\}/g,
    'const $1 = () => new $2(wasm.memory.buffer)',
  ],
  [/try \{([^{}]*)\} catch \(e\) \{\n(?:\s*if \(ptr\d\) .*\n)+\s*throw e;\s*\}/g, '$1'],
  [
    /function passStringToWasm0\([\s\S]*?\n\}\n/,
    `function passStringToWasm0(arg, malloc) {
    return passArray8ToWasm0(new TextEncoder().encode(arg), malloc);
}
`,
  ],
  [/, wasm\.__wbindgen_realloc\)/g, ')'],
  [
    /let cachedTextDecoder = [\s\S]*?let WASM_VECTOR_LEN/,
    `const decodeText = (bytes) =>
    new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.slice());

let WASM_VECTOR_LEN`,
  ],
]

const without = (text, [pattern, replacement]) => {
  const shorter = text.replace(pattern, replacement)
  if (shorter === text) throw new Failure(`wasm-bindgen’s glue has changed: no ${pattern} in it.`)
  return shorter
}

/** The glue as the body of a function, without what fetches a module. */
const asBody = (glue) => {
  const body = cut(glue, 'let wasmModule, wasmInstance', 'export { initSync')
  return dispensable
    .reduce(without, body)
    .replace(/export \{ initSync.*\n/, '')
    .replace(/^export (?=function|class)/gm, '')
}

// `simd` has a start function only if the crate has one; `threads` always has: it sets up the
// stack.
const wrap = (glue, pages) => `// Made by scripts/build-wasm.mjs from wasm-bindgen's glue.

export const initialPages = ${pages}

export const instantiate = (wasmBinary, wasmMemory, threadStackBytes) => {
${asBody(glue)}
const wasm = new WebAssembly.Instance(wasmBinary, __wbg_get_imports(wasmMemory)).exports
wasm.__wbindgen_start?.(threadStackBytes)
return { ${[...glue.matchAll(exported)].map(([, name]) => name).join(', ')} }
}
`

const types = `// Made by scripts/build-wasm.mjs.

/** Pages that a new memory must have at least, for every variant. */
export const initialPages: number

/** What the module exports: the functions and classes of crates/wasm. */
export type Glue = Omit<typeof import('./threads/gradloom.js'), 'default' | 'initSync'>

/**
 * A new instance, with glue of its own. Every instance but the first over a shared memory gets a
 * stack of \`threadStackBytes\` (a multiple of 65 536).
 */
export const instantiate: (
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  threadStackBytes?: number,
) => Glue
`

export const writeGlue = (dir) => {
  const load = ({ name }) => [name, inspect(readFileSync(join(dir, name, 'gradloom_bg.wasm')))]
  const modules = Object.fromEntries(variants.map(load))
  checkInterfaces(modules)
  if (!sameText(dir, 'threads', 'fast', 'gradloom.js')) {
    throw new Failure('the glue of fast differs from the glue of threads.')
  }
  const pages = Math.max(...Object.values(modules).map(({ memory }) => memory.initial))
  const glue = readFileSync(join(dir, 'threads/gradloom.js'), 'utf8')
  writeFileSync(join(dir, 'gradloom.js'), wrap(glue, pages))
  writeFileSync(join(dir, 'gradloom.d.ts'), types)
}
