// Categories inside a model, composed of ops: the place of numbers in a sorted list, and encodings
// of category numbers. Nothing here has a gradient. The same on the caller's side is
// `preprocessing/encode.ts`.

import type { SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import { encodedShape, type OutputMode } from '../preprocessing/encode.ts'
import { sizeOf } from '../shape.ts'

/** i32 as it is; f32 without its fraction. */
export const asWhole = (x: SymbolicTensor): SymbolicTensor =>
  x.dtype === 'int32' ? x : ops.castI32(x)

/** x: [...], rows of a table [N] → the entries: [...] */
export const lookUp = (table: SymbolicTensor, x: SymbolicTensor): SymbolicTensor => {
  const flat = ops.reshape(asWhole(x), [sizeOf(x.shape)])
  return ops.reshape(ops.gatherRows(table, flat), x.shape)
}

/** ⌈v⌉ as far as i32 goes: b ≤ x for a whole x just where ⌈b⌉ ≤ x. */
const ceiling = (v: number): number => Math.max(-(2 ** 31), Math.min(Math.ceil(v), 2 ** 31 - 1))

/**
 * How many of the ascending `sorted` are ≤ x: f32 [...] of x: [...], f32 or i32. Binary search, a
 * bit of the answer at a time from the highest: log₂ N gathers, no N × size table.
 */
export const searchSorted = (x: SymbolicTensor, sorted: readonly number[]): SymbolicTensor => {
  const size = 2 ** Math.ceil(Math.log2(sorted.length + 1))
  const at = (i: number): number => sorted[i] ?? Number.POSITIVE_INFINITY
  const isWhole = x.dtype === 'int32'
  const padded = isWhole
    ? Int32Array.from({ length: size }, (_, i) => ceiling(at(i)))
    : Float32Array.from({ length: size }, (_, i) => at(i))
  const table = x.graph.constant(padded)
  let count = x.graph.fill(0, x.shape)
  for (let step = size / 2; step >= 1; step /= 2) {
    const probe = lookUp(table, ops.add(count, step - 1))
    const reached = isWhole ? ops.sub(1, ops.integer('less', x, probe)) : ops.lessEqual(probe, x)
    count = ops.mulAdd(reached, step, count)
  }
  return ops.minimum(count, sorted.length)
}

/** x: i32 [B] or [B, K] → f32, or x itself for `int`; numbers outside 0..depth are left out. */
export const encoded = (
  subject: string,
  x: SymbolicTensor,
  mode: OutputMode,
  { depth, weights }: { depth: number; weights?: Float32Array },
): SymbolicTensor => {
  if (mode === 'int') return x
  const column = x.shape.length === 1 ? ops.reshape(x, [...x.shape, 1]) : x
  const shape = encodedShape(subject, column.shape, mode, depth)
  const hot = ops.oneHot(column, depth)
  if (mode === 'oneHot') return ops.reshape(hot, shape)
  const counts = ops.sum(hot, [-2])
  if (mode === 'multiHot') return ops.minimum(counts, 1)
  return weights ? ops.mul(counts, x.graph.constant(weights)) : counts
}
