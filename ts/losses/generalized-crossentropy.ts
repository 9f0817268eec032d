// Generalised cross-entropy (Zhang & Sabuncu 2018): between cross-entropy and mean absolute error,
// for labels that may be wrong.

import { badArgument } from '../checks.ts'
import { labelsOf } from '../composites/common.ts'
import * as ops from '../ops.ts'
import { classesOf } from './crossentropy.ts'
import type { Loss } from './loss.ts'
import { type LossOptions, makeLoss } from './make.ts'

export interface CategoricalGeneralizedCrossEntropyOptions extends LossOptions {
  /** Near 0: cross-entropy; near 1: absolute error. 0 < q < 1. Default 0.5. */
  q?: number
}

/** (1 − pᑫ) / q for p the probability of the right class; labels are class numbers. */
export const categoricalGeneralizedCrossEntropy = ({
  q = 0.5,
  ...options
}: CategoricalGeneralizedCrossEntropyOptions = {}): Loss => {
  const type = 'categoricalGeneralizedCrossEntropy'
  if (!(q > 0 && q < 1)) throw badArgument(type, 'q', q, 'a number in (0, 1)')
  return makeLoss(type, options, {
    labels: 'int32',
    classes: (outputShape) => classesOf(type, outputShape),
    labelShape: (outputShape) => {
      classesOf(type, outputShape)
      return outputShape.slice(0, -1)
    },
    values: (yTrue, yPred) => {
      const right = ops.oneHot(labelsOf(type, yTrue, yPred), classesOf(type, yPred.shape))
      const p = ops.sum(ops.mul(yPred, right), [-1])
      return ops.mul(ops.sub(1, ops.pow(p, q)), 1 / q)
    },
    config: { q },
  })
}
