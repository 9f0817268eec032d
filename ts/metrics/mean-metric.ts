// Metrics that are weighted means over everything seen of a value for each sample (or place): of
// values of their own, or of the values of a loss.

import { text } from '../checks.ts'
import { axesFrom, mean } from '../composites/common.ts'
import type { SymbolicTensor } from '../graph.ts'
import type { Config } from '../layers/layer.ts'
import type { Loss } from '../losses/loss.ts'
import * as ops from '../ops.ts'
import type { Metric } from './metric.ts'
import { totals } from './sums.ts'

export interface MetricOptions {
  /** Key in logs and history. Default: the name of the factory. */
  name?: string
}

/** yTrue, yPred: [B, ...] → one number an element or a sample: [B, ...] */
export type MetricValues = (yTrue: SymbolicTensor, yPred: SymbolicTensor) => SymbolicTensor

interface MeanMetric {
  readonly type: string
  readonly name: string | undefined
  readonly values: MetricValues
  readonly config?: Config
  /** What is made of the mean. Default: nothing. */
  readonly finish?: (mean: number) => number
}

/** Mean over the axes from `rank` on. */
const meanFrom = (x: SymbolicTensor, rank: number): SymbolicTensor =>
  x.shape.length <= rank ? x : mean(x, axesFrom(x, rank))

/** [Σ w·value, Σ w]; values are averaged first over the axes that the weights do not have. */
export const weightedSums = (values: SymbolicTensor, weights: SymbolicTensor): SymbolicTensor => {
  const each = meanFrom(values, weights.shape.length)
  const own = meanFrom(weights, each.shape.length)
  return totals([ops.mul(each, own), own])
}

/** The mean that `weightedSums` leaves. */
export const meanOf = ([total = 0, count = 0]: readonly number[]): number =>
  count === 0 ? Number.NaN : total / count

export const meanMetric = ({ type, name = type, values, config, finish }: MeanMetric): Metric => ({
  type,
  name: text(type, 'name', name),
  sums: (yTrue, yPred, weights) => weightedSums(values(yTrue, yPred), weights),
  result: (sums) => (finish ? finish(meanOf(sums)) : meanOf(sums)),
  config: () => ({ ...config, name }),
})

/** The values of a loss, for labels of any dtype. */
export const valuesOf =
  (loss: Loss): MetricValues =>
  (yTrue, yPred) => {
    const cast = loss.labels === 'int32' && yTrue.dtype !== 'int32'
    return (loss.values ?? loss.call)(cast ? ops.castI32(yTrue) : yTrue, yPred)
  }

/** The mean of a loss. */
export const lossMetric = (loss: Loss, name: string | undefined, type = loss.type): Metric => {
  const { reduction, ...config } = loss.config()
  return meanMetric({ type, name, values: valuesOf(loss), config })
}
