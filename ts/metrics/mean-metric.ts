// What all metrics here share: a value for each sample, and the weighted mean of the values over
// everything seen.

import { meanPerSample } from '../composites.ts'
import type { SymbolicTensor } from '../graph.ts'
import type { Config } from '../layers/layer.ts'
import * as ops from '../ops.ts'
import type { Metric } from './metric.ts'

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

/** [Σ w·value, Σ w]; the values are averaged over all axes but the batch first. */
export const weightedSums = (values: SymbolicTensor, weights: SymbolicTensor): SymbolicTensor => {
  const column = (x: SymbolicTensor) => ops.reshape(x, [...weights.shape, 1])
  const isTotal = weights.graph.constant(Float32Array.of(1, 0))
  const totals = ops.mul(meanPerSample(values), weights)
  return ops.sum(ops.where(isTotal, column(totals), column(weights)), [0])
}

export const meanMetric = ({ type, name = type, values, config, finish }: MeanMetric): Metric => ({
  type,
  name,
  sums: (yTrue, yPred, weights) => weightedSums(values(yTrue, yPred), weights),
  result: ([total = 0, count = 0]) => {
    const mean = count === 0 ? Number.NaN : total / count
    return finish ? finish(mean) : mean
  },
  config: () => ({ ...config, name }),
})
