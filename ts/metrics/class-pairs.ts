// How often each class is taken for each other: the sums behind the confusion matrix and the
// overlap metrics.

import { asFloat, labelsLike } from '../composites/common.ts'
import type { SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import { sizeOf } from '../shape.ts'
import { weightsLike } from './sums.ts'

/** Class numbers of labels and outputs, both [...] → weights by pair of classes: [C · C, 1] */
export const pairSums = (
  type: string,
  classes: number,
  [yTrue, yPred]: readonly [SymbolicTensor, SymbolicTensor],
  weights: SymbolicTensor,
  ignoreClass: number | null = null,
): SymbolicTensor => {
  const p = asFloat(yPred)
  const t = labelsLike(type, yTrue, p)
  const within = (x: SymbolicTensor) => ops.mul(ops.lessEqual(0, x), ops.less(x, classes))
  const known = ops.mul(within(t), within(p))
  const valid = ignoreClass === null ? known : ops.mul(known, ops.sub(1, ops.equal(t, ignoreClass)))
  const size = sizeOf(p.shape)
  const pair = ops.where(valid, ops.mulAdd(t, classes, p), 0)
  const own = ops.where(valid, weightsLike(weights, p), 0)
  const rows = ops.castI32(ops.reshape(pair, [size]))
  return ops.scatterAddRows(ops.reshape(own, [size, 1]), rows, classes * classes)
}

/** Whole class numbers: of scores along `axis`, or as they are. */
export const classNumbers = (x: SymbolicTensor, sparse: boolean, axis: number): SymbolicTensor =>
  sparse ? (x.dtype === 'int32' ? x : ops.castI32(x)) : ops.argmax(x, axis)
