// Losses of segmentation: how much of two regions overlaps (Dice 1945, Tversky 1977; as a loss
// Salehi et al. 2017). Without `axis` all samples of the batch (or of its shard) are one region.

import { integer, notNegative, numbers } from '../checks.ts'
import { axesOf } from '../composites/axes.ts'
import { EPSILON, mean } from '../composites/common.ts'
import type { SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import type { Loss } from './loss.ts'
import { alikeLoss, type LossOptions } from './make.ts'

export interface DiceOptions extends LossOptions {
  /** Axes of a region, such as `[1, 2, 3]` for one an image. Default null: all axes. */
  axis?: number | readonly number[] | null
}

export interface TverskyOptions extends DiceOptions {
  /** Weight of what is missing. Default 0.5. */
  alpha?: number
  /** Weight of what is too much. Default 0.5. */
  beta?: number
}

type Sum = (x: SymbolicTensor) => SymbolicTensor

/** `loss` of the sums over `axis`; a loss that belongs to all samples is repeated for each. */
const overlapLoss = (
  type: string,
  { axis = null, ...options }: DiceOptions,
  loss: (yTrue: SymbolicTensor, yPred: SymbolicTensor, sum: Sum) => SymbolicTensor,
  config: { alpha?: number; beta?: number } = {},
): Loss => {
  const given = axis === null ? null : numbers(type, 'axis', axis, integer)
  return alikeLoss(
    type,
    options,
    (yTrue, yPred) => {
      const axes = axesOf(type, yPred.shape, given)
      const value = loss(yTrue, yPred, (x) => ops.sum(x, axes))
      return axes.includes(0) ? ops.broadcastTo(mean(value), yPred.shape.slice(0, 1)) : value
    },
    { ...config, axis: given },
  )
}

/** 1 − 2·Σ t·p / (Σ t + Σ p + 1e-7) */
export const dice = (options: DiceOptions = {}): Loss =>
  overlapLoss('dice', options, (t, p, sum) => {
    const both = ops.add(ops.add(sum(t), sum(p)), EPSILON)
    return ops.sub(1, ops.div(ops.mul(sum(ops.mul(t, p)), 2), both))
  })

/** 1 − Σ t·p / (Σ t·p + alpha·Σ t·(1 − p) + beta·Σ p·(1 − t) + 1e-7) */
export const tversky = ({ alpha = 0.5, beta = 0.5, ...options }: TverskyOptions = {}): Loss => {
  const type = 'tversky'
  notNegative(type, 'alpha', alpha)
  notNegative(type, 'beta', beta)
  return overlapLoss(
    type,
    options,
    (t, p, sum) => {
      const both = sum(ops.mul(t, p))
      const missing = ops.mul(sum(ops.mul(t, ops.sub(1, p))), alpha)
      const wrong = ops.mul(sum(ops.mul(p, ops.sub(1, t))), beta)
      return ops.sub(1, ops.div(both, ops.add(ops.add(both, ops.add(missing, wrong)), EPSILON)))
    },
    { alpha, beta },
  )
}
