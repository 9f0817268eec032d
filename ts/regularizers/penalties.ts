// Penalties of the size of weights: L1 (sum of absolutes), L2 (sum of squares), both, as in Keras
// 3.

import { notNegative } from '../checks.ts'
import { sumAll } from '../composites/common.ts'
import type { SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import type { Regularizer } from './regularizer.ts'

const ofAbsolutes = (w: SymbolicTensor): SymbolicTensor => sumAll(ops.abs(w))
const ofSquares = (w: SymbolicTensor): SymbolicTensor => sumAll(ops.square(w))

/** l1·Σ|w|: weights that matter little become 0. `l1(0.001)`; default factor 0.01. */
export const l1 = (options: { l1?: number } | number = {}): Regularizer => {
  const given = typeof options === 'number' ? options : options.l1
  const factor = notNegative('l1', 'l1', given ?? 0.01)
  const call = (w: SymbolicTensor) => ops.mul(ofAbsolutes(w), factor)
  return { type: 'l1', call, config: () => ({ l1: factor }) }
}

/** l2·Σw². `l2(0.001)`; default factor 0.01. */
export const l2 = (options: { l2?: number } | number = {}): Regularizer => {
  const given = typeof options === 'number' ? options : options.l2
  const factor = notNegative('l2', 'l2', given ?? 0.01)
  const call = (w: SymbolicTensor) => ops.mul(ofSquares(w), factor)
  return { type: 'l2', call, config: () => ({ l2: factor }) }
}

/** l1·Σ|w| + l2·Σw². Default factors 0. */
export const l1L2 = ({ l1 = 0, l2 = 0 }: { l1?: number; l2?: number } = {}): Regularizer => {
  notNegative('l1L2', 'l1', l1)
  notNegative('l1L2', 'l2', l2)
  return {
    type: 'l1L2',
    call: (w) => ops.mulAdd(ofAbsolutes(w), l1, ops.mul(ofSquares(w), l2)),
    config: () => ({ l1, l2 }),
  }
}
