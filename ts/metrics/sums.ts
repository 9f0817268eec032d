// Sums that metrics make of a batch: side by side in one tensor, with weights in the shape of the
// values.

import { sumAll } from '../composites/common.ts'
import type { SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'

/** k tensors of one shape, [...] → one after the other: [k, ...] */
export const stacked = (parts: readonly SymbolicTensor[]): SymbolicTensor =>
  ops.concat(
    parts.map((part) => ops.reshape(part, [1, ...part.shape])),
    0,
  )

/** The sum of each tensor: [k] */
export const totals = (parts: readonly SymbolicTensor[]): SymbolicTensor =>
  stacked(parts.map(sumAll))

/** weights: [B] or [B, T] → the shape of values: [B, ...] */
export const weightsLike = (weights: SymbolicTensor, values: SymbolicTensor): SymbolicTensor => {
  const missing = values.shape.slice(weights.shape.length).map(() => 1)
  return ops.broadcastTo(ops.reshape(weights, [...weights.shape, ...missing]), values.shape)
}
