// How an output is compared with its targets: sample weights, and masks, which leave padding out of
// losses and metrics as in Keras 3 (`reduce_weighted_values`). What a loss is, losses know.

import { divideNoNan } from '../composites/arithmetic.ts'
import { sumAll } from '../composites/common.ts'
import { GradloomError } from '../errors.ts'
import type { SymbolicTensor } from '../graph.ts'
import type { Loss } from '../losses/loss.ts'
import { weightsLike } from '../metrics/sums.ts'
import * as ops from '../ops.ts'
import { showShape, sizeOf } from '../shape.ts'

/** The mask of an output, [B, T], where there are values in its places: [B, T, ...]. */
const maskOf = ({ mask, shape }: SymbolicTensor): SymbolicTensor | undefined =>
  mask && shape.length > mask.shape.length && mask.shape.every((d, i) => d === shape[i])
    ? mask
    : undefined

const misshapen = ({ type }: Loss, message: string): GradloomError =>
  new GradloomError('shape', `${type}: ${message}`, { subject: type })

/** One loss a sample, [B], or one a place, [B, ...]. */
const valuesOf = (
  loss: Loss,
  yTrue: SymbolicTensor,
  yPred: SymbolicTensor,
  ofPlaces: boolean,
): SymbolicTensor => {
  if (ofPlaces && loss.values) return loss.values(yTrue, yPred)
  const losses = loss.call(yTrue, yPred)
  if (losses.shape.length === 1 && losses.shape[0] === yPred.shape[0]) return losses
  throw misshapen(loss, `gives [${losses.shape}], not one number a sample: [batch].`)
}

const mustFit = (loss: Loss, weights: SymbolicTensor, { shape }: SymbolicTensor): void => {
  if (weights.shape.every((d, i) => d === shape[i])) return
  const [given, own] = [weights, { shape }].map((x) => showShape([null, ...x.shape.slice(1)]))
  throw misshapen(loss, `sampleWeight has shape ${given}, but the losses ${own}; give [batch].`)
}

/**
 * values: [B, ...], weights: [B] or [B, T …], mask: [B, T] → their sum with weights, or that over
 * the number of values in the batch, or over what the weights sum to, as the loss asks. Masked
 * places are no values. In a shard, the mean of its own values counts for its part of `total`.
 */
export const compared = (
  loss: Loss,
  yTrue: SymbolicTensor | undefined,
  yPred: SymbolicTensor,
  weights: SymbolicTensor | undefined,
  total: number,
): SymbolicTensor => {
  const { reduction } = loss
  const isSum = reduction === 'sum'
  const isWeighted = reduction === 'meanWithSampleWeight'
  const given = maskOf(yPred)
  const ofPlaces = isSum || isWeighted || given || (weights?.shape.length ?? 1) > 1
  const values = valuesOf(loss, yTrue as SymbolicTensor, yPred, !!ofPlaces)
  const mask = given && values.shape.length >= given.shape.length ? given : undefined
  if (weights) mustFit(loss, weights, values)
  const counts = [weights, mask].flatMap((part) => (part ? [weightsLike(part, values)] : []))
  const sum = sumAll([values, ...counts].reduce(ops.mul))
  const [size, part] = [sizeOf(values.shape), (yPred.shape[0] as number) / total]
  if (isSum) return sum
  if (isWeighted && counts.length > 0) {
    return ops.mul(divideNoNan(sum, sumAll(counts.reduce(ops.mul))), part)
  }
  const valid = mask && ops.maximum(sumAll(mask), 1)
  return ops.div(sum, valid ? ops.mul(valid, size / part / sizeOf(mask.shape)) : size / part)
}

/** weights: [B] or [B, T …] → those of the places, where the output has a mask. */
export const inPlaces = (weights: SymbolicTensor, yPred: SymbolicTensor): SymbolicTensor => {
  const mask = maskOf(yPred)
  if (!mask) return weights
  const like = mask.shape.length > weights.shape.length ? mask : weights
  return ops.mul(weightsLike(mask, like), weightsLike(weights, like))
}
