// How often the right class is among the k largest scores; the right class wins ties.

import { positiveWhole } from '../checks.ts'
import { labelsLike, labelsOf } from '../composites/common.ts'
import type { SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import { type MetricOptions, meanMetric } from './mean-metric.ts'
import type { Metric } from './metric.ts'

export interface TopKOptions extends MetricOptions {
  /** How many of the largest scores count. Default 5. */
  k?: number
}

type Classes = (type: string, yTrue: SymbolicTensor, yPred: SymbolicTensor) => SymbolicTensor

/** classes: i32 [...], scores: [..., C] → 1 where fewer than k scores are above the right one. */
const inTopK = (classes: SymbolicTensor, scores: SymbolicTensor, k: number): SymbolicTensor => {
  const hot = ops.oneHot(classes, scores.shape.at(-1) as number)
  const right = ops.sum(ops.where(hot, scores, 0), [-1], true)
  return ops.less(ops.sum(ops.less(right, scores), [-1]), k)
}

const topK = (type: string, { k = 5, name }: TopKOptions, classes: Classes): Metric => {
  positiveWhole(type, 'k', k)
  return meanMetric({
    type,
    name,
    values: (yTrue, yPred) => inTopK(classes(type, yTrue, yPred), yPred, k),
    config: { k },
  })
}

/** Part of the rows whose right class is among the k largest; labels are one-hot rows. */
export const topKCategoricalAccuracy = (options: TopKOptions = {}): Metric =>
  topK('topKCategoricalAccuracy', options, (type, yTrue, yPred) =>
    ops.argmax(labelsLike(type, yTrue, yPred), -1),
  )

/** Part of the rows whose right class is among the k largest; labels are class numbers. */
export const sparseTopKCategoricalAccuracy = (options: TopKOptions = {}): Metric =>
  topK('sparseTopKCategoricalAccuracy', options, (type, yTrue, yPred) => {
    const classes = labelsOf(type, yTrue, yPred)
    return classes.dtype === 'int32' ? classes : ops.castI32(classes)
  })
