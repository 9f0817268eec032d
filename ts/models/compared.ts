// How an output is compared with its targets: sample weights, and masks, which leave padding out of
// losses and metrics as in Keras 3 (`reduce_weighted_values`). What a loss is, losses know.

import { axesFrom, meanPerSample, sumAll } from '../composites.ts'
import { GradloomError } from '../errors.ts'
import type { SymbolicTensor } from '../graph.ts'
import type { Loss } from '../losses/loss.ts'
import { weightsLike } from '../metrics/sums.ts'
import * as ops from '../ops.ts'
import { sizeOf } from '../shape.ts'

/** The mask of an output, [B, T], where there are values in its places: [B, T, ...]. */
const maskOf = ({ mask, shape }: SymbolicTensor): SymbolicTensor | undefined =>
  mask && shape.length > mask.shape.length && mask.shape.every((d, i) => d === shape[i])
    ? mask
    : undefined

/**
 * values: [B, T, ...], mask: [B, T] → one loss a sample, as Keras weights them: the mean over the
 * batch is that over the places that count (in the shard, where the batch is in shards).
 */
const ofPlaces = (
  values: SymbolicTensor,
  mask: SymbolicTensor | undefined,
  isSum: boolean,
): SymbolicTensor => {
  const hasPlaces = mask && values.shape.length >= mask.shape.length
  const kept = hasPlaces ? ops.mul(values, weightsLike(mask, values)) : values
  if (isSum && kept.shape.length > 1) return ops.sum(kept, axesFrom(kept, 1), false)
  if (!hasPlaces) return meanPerSample(kept)
  const valid = ops.maximum(sumAll(mask), 1)
  return ops.mul(meanPerSample(kept), ops.div(sizeOf(mask.shape), valid))
}

/** Σ weight·loss of the sample / total, or the sum, as the loss asks */
export const compared = (
  loss: Loss,
  yTrue: SymbolicTensor | undefined,
  yPred: SymbolicTensor,
  weights: SymbolicTensor | undefined,
  total: number,
): SymbolicTensor => {
  const mask = maskOf(yPred)
  const isSum = loss.reduction === 'sum'
  const losses =
    loss.values && (mask || isSum)
      ? ofPlaces(loss.values(yTrue as SymbolicTensor, yPred), mask, isSum)
      : loss.call(yTrue as SymbolicTensor, yPred)
  if (losses.shape.length !== 1 || losses.shape[0] !== yPred.shape[0]) {
    const message = `${loss.type}: gives [${losses.shape}], not one number a sample: [batch].`
    throw new GradloomError('shape', message, { subject: loss.type })
  }
  const divisor = loss.reduction === 'sum' ? 1 : total
  return ops.div(sumAll(weights ? ops.mul(losses, weights) : losses), divisor)
}

/** weights: [B] → those of the places, [B, T], where the output has a mask. */
export const inPlaces = (weights: SymbolicTensor, yPred: SymbolicTensor): SymbolicTensor => {
  const mask = maskOf(yPred)
  return mask ? ops.mul(mask, weightsLike(weights, mask)) : weights
}
