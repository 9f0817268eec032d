// What all losses share: the reduction, labels of the output's shape unless the loss says
// otherwise, and one loss a sample as the mean of the loss's values.

import { oneOf } from '../checks.ts'
import { labelsLike, mean, meanPerSample } from '../composites/common.ts'
import type { SymbolicTensor } from '../graph.ts'
import type { Config } from '../layers/layer.ts'
import type { Loss, Reduction } from './loss.ts'

/** Options that every loss takes. */
export interface LossOptions {
  /**
   * What the losses of a batch become, each times its weight: their `'sum'`; that over their
   * number (`'sumOverBatchSize'`, `'mean'`); or over the sum of their weights
   * (`'meanWithSampleWeight'`: of each shard, where a batch is in shards). Default
   * `'sumOverBatchSize'`.
   */
  reduction?: Reduction
}

/** yTrue, yPred: [B, ...] → [B, ...] */
export type LossValues = (yTrue: SymbolicTensor, yPred: SymbolicTensor) => SymbolicTensor

type Described = Partial<Omit<Loss, 'type' | 'config' | 'call' | 'reduction'>> & {
  readonly values: LossValues
  readonly config?: Config
}

export const REDUCTIONS: readonly Reduction[] = [
  'sumOverBatchSize',
  'sum',
  'mean',
  'meanWithSampleWeight',
]

export const makeLoss = (
  type: string,
  { reduction = 'sumOverBatchSize' }: LossOptions,
  { values, config, ...rest }: Described,
): Loss => ({
  labels: 'float32',
  labelShape: (outputShape) => outputShape,
  ...rest,
  type,
  reduction: oneOf(type, 'reduction', reduction, REDUCTIONS),
  values,
  call: (yTrue, yPred) => meanPerSample(values(yTrue, yPred)),
  config: () => ({ ...config, reduction }),
})

/** A loss whose values are computed from labels in the shape of the output. */
export const alikeLoss = (
  type: string,
  options: LossOptions,
  values: LossValues,
  config: Config = {},
): Loss =>
  makeLoss(type, options, {
    values: (yTrue, yPred) => values(labelsLike(type, yTrue, yPred), yPred),
    config,
  })

/** `element` gives one number an element; their mean along the last axis is a value of the loss. */
export const elementwiseLoss = (
  type: string,
  options: LossOptions,
  element: LossValues,
  config: Config = {},
): Loss =>
  alikeLoss(
    type,
    options,
    (yTrue, yPred) => {
      const each = element(yTrue, yPred)
      return each.shape.length < 2 ? each : mean(each, [-1])
    },
    config,
  )
