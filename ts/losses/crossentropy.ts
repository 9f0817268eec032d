// What the cross-entropies share: their options, label smoothing, and the class axis.

import { badArgument, flag, fraction } from '../checks.ts'
import { GradloomError } from '../errors.ts'
import type { SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import { type BatchShape, showShape } from '../shape.ts'
import type { LossOptions } from './make.ts'

export interface CrossentropyOptions extends LossOptions {
  /**
   * Whether the model's output is logits rather than probabilities. Default false; the output of
   * softmax or sigmoid is recognised, and the loss computed from its logits all the same.
   */
  fromLogits?: boolean
  /** Part of a label that is spread over all classes: 0 ≤ labelSmoothing ≤ 1. Default 0. */
  labelSmoothing?: number
}

export interface CategoricalOptions extends CrossentropyOptions {
  /** Axis of the classes. Default −1, the last. */
  axis?: number
}

export const axisOption = (type: string, { axis = -1 }: { axis?: number }): number => {
  if (Number.isInteger(axis) && axis !== 0) return axis
  throw badArgument(type, 'axis', axis, 'a whole number other than 0, the axis of the batch')
}

export const checkedOptions = (type: string, options: CrossentropyOptions) => ({
  fromLogits: flag(type, 'fromLogits', options.fromLogits ?? false),
  labelSmoothing: fraction(type, 'labelSmoothing', options.labelSmoothing ?? 0),
})

/** y·(1 − smoothing) + smoothing / classes */
export const smoothed = (y: SymbolicTensor, smoothing: number, classes: number): SymbolicTensor =>
  smoothing === 0 ? y : ops.mulAdd(y, 1 - smoothing, smoothing / classes)

/** Size of the class axis; an output without several classes cannot be right. */
export const classesOf = (type: string, outputShape: BatchShape, axis = -1): number => {
  const classes = outputShape.at(axis)
  if (outputShape.length >= 2 && typeof classes === 'number' && classes > 1) return classes
  const wanted = axis === -1 ? '[batch, ..., classes]' : `classes on axis ${axis}`
  throw new GradloomError(
    'shape',
    `${type}: the model's output must be ${wanted} with two classes or more, ` +
      `but it is ${showShape(outputShape)}; use binaryCrossentropy for one probability a sample.`,
    { subject: type },
  )
}
