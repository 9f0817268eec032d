// Cross-entropy with labels that are class numbers.

import { flag, integer } from '../checks.ts'
import {
  asFloat,
  axisLast,
  categoricalCrossEntropy,
  labelsOf,
  sumAll,
} from '../composites/common.ts'
import type { SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import { sizeOf } from '../shape.ts'
import { axisOption, classesOf } from './crossentropy.ts'
import type { Loss } from './loss.ts'
import { type LossOptions, makeLoss } from './make.ts'

export interface SparseCategoricalCrossentropyOptions extends LossOptions {
  /** Whether the model's output is logits rather than probabilities. Default false. */
  fromLogits?: boolean
  /**
   * A label whose places count neither in the sum nor in its divisor (the places of the batch, or
   * of its shard, that have another label). Default null.
   */
  ignoreClass?: number | null
  /** Axis of the classes. Default −1, the last. */
  axis?: number
}

/** Losses of the places where `valid` is 1, scaled so that the mean over all is that over those. */
const onlyValid = (losses: SymbolicTensor, valid: SymbolicTensor): SymbolicTensor => {
  const scale = ops.div(sizeOf(valid.shape), ops.maximum(sumAll(valid), 1))
  return ops.mul(losses, ops.mul(valid, scale))
}

/**
 * −log p of the right class; labels are class numbers 0, 1, …: [B, ...] for an output [B, ..., C].
 */
export const sparseCategoricalCrossentropy = (
  options: SparseCategoricalCrossentropyOptions = {},
): Loss => {
  const type = 'sparseCategoricalCrossentropy'
  const fromLogits = flag(type, 'fromLogits', options.fromLogits ?? false)
  const axis = axisOption(type, options)
  const { ignoreClass = null } = options
  if (ignoreClass !== null) integer(type, 'ignoreClass', ignoreClass)
  const scale = options.reduction === 'sum' ? ops.mul : onlyValid
  return makeLoss(type, options, {
    labels: 'int32',
    ignoreClass,
    classes: (outputShape) => classesOf(type, outputShape, axis),
    labelShape: (outputShape) => {
      classesOf(type, outputShape, axis)
      return outputShape.toSpliced(axis, 1)
    },
    values: (yTrue, yPred) => {
      const classes = classesOf(type, yPred.shape, axis)
      const scores = axisLast(yPred, axis)
      const labels = labelsOf(type, yTrue, scores)
      const losses = categoricalCrossEntropy(ops.oneHot(labels, classes), scores, fromLogits)
      if (ignoreClass === null) return losses
      return scale(losses, ops.sub(1, ops.equal(asFloat(labels), ignoreClass)))
    },
    config: { fromLogits, ignoreClass, axis },
  })
}
