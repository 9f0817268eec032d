// wasm-opt (binaryen) over a built module. No --fast-math: the numbers must stay the same bits.

import { join } from 'node:path'
import { Failure, root, supervise, tail } from '../shell.mjs'

// What rustc's LLVM emits by default for wasm32, and what the variants add.
const features = [
  'bulk-memory',
  'bulk-memory-opt',
  'call-indirect-overlong',
  'multivalue',
  'mutable-globals',
  'nontrapping-float-to-int',
  'reference-types',
  'sign-ext',
  'simd',
]

export const optimise = async (wasm, variant) => {
  const program = join(root, 'node_modules/binaryen/bin/wasm-opt')
  const names = [...features, ...(variant.shared ? ['threads'] : [])]
  if (variant.relaxed) names.push('relaxed-simd')
  const enable = ['--mvp-features', ...names.map((name) => `--enable-${name}`)]
  const args = [program, '-O3', ...enable, '--strip-debug', '--strip-producers', wasm, '-o', wasm]
  const { ok, output } = await supervise(`wasm-opt ${variant.name}`, process.execPath, args)
  if (!ok) throw new Failure(`wasm-opt fails on the ${variant.name} variant:\n${tail(output)}`)
}
