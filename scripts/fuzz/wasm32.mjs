// Builds fuzz/wasm32 with the toolchain of the library and runs files through it. Sizes are 32 bits
// there, and overflow traps.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Failure, fromFirstError, root, supervise } from '../shell.mjs'

const build = async ({ wasm }) => {
  const target = join(root, 'build/fuzz/target-wasm32')
  const triple = 'wasm32-unknown-unknown'
  const env = {
    ...process.env,
    ...wasm.env,
    RUSTC: join(wasm.bin, 'rustc'),
    RUSTFLAGS: '-Ctarget-feature=+simd128',
    ...(wasm.linker && { CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER: wasm.linker }),
  }
  const what = ['build', '--release', '--target', triple, '--target-dir', target]
  const args = [...what, '-Z', 'build-std=std,panic_abort']
  const cwd = join(root, 'fuzz/wasm32')
  const { ok, output } = await supervise('wasm32', join(wasm.bin, 'cargo'), args, { env, cwd })
  if (!ok) throw new Failure(`fuzz/wasm32 does not build:\n${fromFirstError(output)}`)
  return readFileSync(join(target, triple, 'release/gradloom_fuzz_wasm32.wasm'))
}

/** Every instance dies with its first panic. */
const instance = async (module) => {
  const told = []
  const fuzz = {
    tell: (at, length) => told.push(Buffer.from(it.exports.memory.buffer, at, length).toString()),
  }
  const it = await WebAssembly.instantiate(module, { fuzz })
  const check = (bytes, isTape) => {
    const at = it.exports.room(bytes.length)
    new Uint8Array(it.exports.memory.buffer, at, bytes.length).set(bytes)
    return it.exports.check_room(isTape)
  }
  return { check, told }
}

/** The files of a folder that may not be there. */
export const filesOf = (folder) =>
  existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []

/** Runs files of graphs and of tapes. Resolves to their number, a line, and what went wrong. */
export const replay = async (tools, { graphs, tapes }) => {
  const module = await WebAssembly.compile(await build(tools))
  const counts = [0, 0, 0]
  const problems = new Map()
  let machine = await instance(module)
  const cases = [...graphs.map((path) => [path, false]), ...tapes.map((path) => [path, true])]
  for (const [path, isTape] of cases) {
    // A guided run that goes on beside this one takes files away.
    if (!existsSync(path)) continue
    try {
      counts[machine.check(readFileSync(path), isTape)]++
    } catch (error) {
      const why = machine.told.at(-1)?.slice(0, 600) ?? String(error)
      if (!problems.has(why)) problems.set(why, path)
      machine = await instance(module)
    }
  }
  const [refused, planned, ran] = counts
  const sum = `${refused} refused, ${planned} planned, ${ran} ran`
  return {
    cases: refused + planned + ran,
    text: `${cases.length} cases: ${sum}, ${problems.size} problems`,
    problems: [...problems].map(([why, path]) => `${path}\n  ${why}`),
  }
}
