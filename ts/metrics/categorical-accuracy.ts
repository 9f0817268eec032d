// How often the largest score belongs to the right class; labels are one-hot rows.

import { asFloat, labelsLike } from '../composites/common.ts'
import * as ops from '../ops.ts'
import { type MetricOptions, meanMetric } from './mean-metric.ts'
import type { Metric } from './metric.ts'

/**
 * Part of the rows in which yTrue and yPred are largest at the same place; the first of equals
 * counts.
 */
export const categoricalAccuracy = (options: MetricOptions = {}): Metric => {
  const type = 'categoricalAccuracy'
  return meanMetric({
    type,
    name: options.name,
    values: (yTrue, yPred) => {
      const expected = ops.argmax(labelsLike(type, yTrue, yPred), -1)
      return ops.equal(asFloat(expected), asFloat(ops.argmax(yPred, -1)))
    },
  })
}
