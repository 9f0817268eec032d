// Focal cross-entropies (Lin et al. 2017): what is classified well already counts little.

import { badArgument, flag, fraction, notNegative, numbers } from '../checks.ts'
import {
  axisLast,
  binaryCrossEntropy,
  clipProbabilities,
  labelsLike,
} from '../composites/common.ts'
import type { SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import {
  axisOption,
  type CategoricalOptions,
  type CrossentropyOptions,
  checkedOptions,
  classesOf,
  smoothed,
} from './crossentropy.ts'
import type { Loss } from './loss.ts'
import { elementwiseLoss, makeLoss } from './make.ts'

/** xᵞ for x ≥ 0. */
const power = (x: SymbolicTensor, gamma: number): SymbolicTensor =>
  gamma === 2 ? ops.square(x) : ops.pow(x, gamma)

export interface BinaryFocalCrossentropyOptions extends CrossentropyOptions {
  /** Whether yes counts alpha and no 1 − alpha. Default false. */
  applyClassBalancing?: boolean
  /** Weight of a yes: 0 ≤ alpha ≤ 1. Default 0.25. */
  alpha?: number
  /** How fast what is classified well loses weight: ≥ 0. Default 2. */
  gamma?: number
}

/** Mean of (1 − p of the right answer)ᵞ times the binary cross-entropy. */
export const binaryFocalCrossentropy = (options: BinaryFocalCrossentropyOptions = {}): Loss => {
  const type = 'binaryFocalCrossentropy'
  const checked = checkedOptions(type, options)
  const alpha = fraction(type, 'alpha', options.alpha ?? 0.25)
  const gamma = notNegative(type, 'gamma', options.gamma ?? 2)
  const applyClassBalancing = flag(
    type,
    'applyClassBalancing',
    options.applyClassBalancing ?? false,
  )
  const { fromLogits, labelSmoothing } = checked
  /** a·y + b·(1 − y) */
  const either = (y: SymbolicTensor, a: SymbolicTensor | number, b: SymbolicTensor | number) =>
    ops.mulAdd(y, a, ops.mul(ops.sub(1, y), b))
  return elementwiseLoss(
    type,
    options,
    (yTrue, yPred) => {
      const y = smoothed(yTrue, labelSmoothing, 2)
      const p = fromLogits ? ops.sigmoid(yPred) : yPred
      const factor = power(either(y, ops.sub(1, p), p), gamma)
      const loss = ops.mul(factor, binaryCrossEntropy(y, p, false))
      return applyClassBalancing ? ops.mul(either(y, alpha, 1 - alpha), loss) : loss
    },
    { ...checked, applyClassBalancing, alpha, gamma },
  )
}

export interface CategoricalFocalCrossentropyOptions extends CategoricalOptions {
  /** Weight of all classes, or one of each class. Default 0.25. */
  alpha?: number | readonly number[]
  /** How fast what is classified well loses weight: ≥ 0. Default 2. */
  gamma?: number
}

/** −Σ alpha·(1 − p)ᵞ·y·log p over the classes; labels in the shape of the output. */
export const categoricalFocalCrossentropy = (
  options: CategoricalFocalCrossentropyOptions = {},
): Loss => {
  const type = 'categoricalFocalCrossentropy'
  const { fromLogits, labelSmoothing } = checkedOptions(type, options)
  const axis = axisOption(type, options)
  const alpha = numbers(type, 'alpha', options.alpha ?? 0.25, notNegative)
  const gamma = notNegative(type, 'gamma', options.gamma ?? 2)
  return makeLoss(type, options, {
    labelShape: (outputShape) => {
      const classes = classesOf(type, outputShape, axis)
      if (alpha.length === 1 || alpha.length === classes) return outputShape
      throw badArgument(type, 'alpha', alpha, `one number, or one for each of ${classes} classes`)
    },
    values: (yTrue, yPred) => {
      const classes = classesOf(type, yPred.shape, axis)
      const y = smoothed(axisLast(labelsLike(type, yTrue, yPred), axis), labelSmoothing, classes)
      const output = axisLast(yPred, axis)
      const shares = fromLogits ? ops.softmax(output) : ops.div(output, ops.sum(output, [-1], true))
      const p = clipProbabilities(shares)
      const weight = ops.mul(
        power(ops.sub(1, p), gamma),
        yPred.graph.constant(Float32Array.from(alpha)),
      )
      return ops.neg(ops.sum(ops.mul(weight, ops.mul(y, ops.log(p))), [-1]))
    },
    config: { fromLogits, labelSmoothing, axis, alpha, gamma },
  })
}
