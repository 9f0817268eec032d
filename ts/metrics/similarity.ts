// Metrics of how alike labels and outputs run: cosine, Pearson's correlation, and Lin's concordance
// (1989), each along an axis, then as a mean.

import { integer } from '../checks.ts'
import { EPSILON, labelsLike, mean, normalizeAlong } from '../composites/common.ts'
import type { SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import { type MetricOptions, meanMetric } from './mean-metric.ts'
import type { Metric } from './metric.ts'

export interface SimilarityOptions extends MetricOptions {
  /** Axis along which labels and outputs are compared. Default −1, the last. */
  axis?: number
}

type Along = (a: SymbolicTensor, b: SymbolicTensor, axis: number) => SymbolicTensor

const similarity = (type: string, { axis = -1, name }: SimilarityOptions, along: Along): Metric => {
  integer(type, 'axis', axis)
  return meanMetric({
    type,
    name,
    values: (yTrue, yPred) => along(labelsLike(type, yTrue, yPred), yPred, axis),
    config: { axis },
  })
}

/** What is left of x without its mean, and the mean. */
const centred = (x: SymbolicTensor, axis: number) => {
  const middle = mean(x, [axis], true)
  return { middle, rest: ops.sub(x, middle) }
}

const meanSquare = (x: SymbolicTensor, axis: number) => mean(ops.square(x), [axis], true)

/** Mean of Σ yTrue·yPred, each normalised to length 1. */
export const cosineSimilarity = (options: SimilarityOptions = {}): Metric =>
  similarity('cosineSimilarity', options, (a, b, axis) =>
    ops.sum(ops.mul(normalizeAlong(a, axis), normalizeAlong(b, axis)), [axis]),
  )

/** Mean of the covariance over both standard deviations. */
export const pearsonCorrelation = (options: SimilarityOptions = {}): Metric =>
  similarity('pearsonCorrelation', options, (a, b, axis) => {
    const [x, y] = [centred(a, axis).rest, centred(b, axis).rest]
    const spread = ops.sqrt(ops.mul(meanSquare(x, axis), meanSquare(y, axis)))
    return mean(ops.div(ops.mul(x, y), spread), [axis])
  })

/** Mean of 2·covariance / (both variances + (difference of the means)² + 1e-7). */
export const concordanceCorrelation = (options: SimilarityOptions = {}): Metric =>
  similarity('concordanceCorrelation', options, (a, b, axis) => {
    const [x, y] = [centred(a, axis), centred(b, axis)]
    const apart = ops.square(ops.sub(x.middle, y.middle))
    const both = ops.add(meanSquare(x.rest, axis), meanSquare(y.rest, axis))
    const scale = ops.div(2, ops.add(ops.add(both, apart), EPSILON))
    return mean(ops.mul(ops.mul(x.rest, y.rest), scale), [axis])
  })
