// Hinge losses: labels −1 and 1 (0 stands for −1), or one-hot rows.

import type { SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import { classesOf } from './crossentropy.ts'
import type { Loss } from './loss.ts'
import { alikeLoss, elementwiseLoss, type LossOptions } from './make.ts'

/** max(1 − y·p, 0) */
const margin = (yTrue: SymbolicTensor, yPred: SymbolicTensor): SymbolicTensor => {
  const signs = ops.where(ops.equal(yTrue, 0), -1, yTrue)
  return ops.relu(ops.sub(1, ops.mul(signs, yPred)))
}

/** Mean of max(1 − yTrue·yPred, 0); labels −1 or 1, or 0 or 1. */
export const hinge = (options: LossOptions = {}): Loss => elementwiseLoss('hinge', options, margin)

/** Mean of max(1 − yTrue·yPred, 0)²; labels −1 or 1, or 0 or 1. */
export const squaredHinge = (options: LossOptions = {}): Loss =>
  elementwiseLoss('squaredHinge', options, (yTrue, yPred) => ops.square(margin(yTrue, yPred)))

/**
 * max(1 + the best score of a wrong class − the score of the right one, 0); one-hot labels in the
 * shape of the output: [B, ..., classes].
 */
export const categoricalHinge = (options: LossOptions = {}): Loss => {
  const type = 'categoricalHinge'
  return {
    ...alikeLoss(type, options, (yTrue, yPred) => {
      const right = ops.sum(ops.mul(yTrue, yPred), [-1])
      const wrong = ops.max(ops.mul(ops.sub(1, yTrue), yPred), -1)
      return ops.relu(ops.add(ops.sub(wrong, right), 1))
    }),
    labelShape: (outputShape) => {
      classesOf(type, outputShape)
      return outputShape
    },
  }
}
