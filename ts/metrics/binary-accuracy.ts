// How often a probability falls on the right side of a threshold.

import { finite } from '../checks.ts'
import { labelsLike } from '../composites/common.ts'
import * as ops from '../ops.ts'
import { type MetricOptions, meanMetric } from './mean-metric.ts'
import type { Metric } from './metric.ts'

export interface BinaryAccuracyOptions extends MetricOptions {
  /** What is above it counts as 1. Default 0.5. */
  threshold?: number
}

/** Part of the elements of yPred that are above the threshold exactly where yTrue is 1. */
export const binaryAccuracy = (options: BinaryAccuracyOptions = {}): Metric => {
  const type = 'binaryAccuracy'
  const threshold = finite(type, 'threshold', options.threshold ?? 0.5)
  return meanMetric({
    type,
    name: options.name,
    values: (yTrue, yPred) => ops.equal(labelsLike(type, yTrue, yPred), ops.less(threshold, yPred)),
    config: { threshold },
  })
}
