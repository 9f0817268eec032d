// How often the largest score belongs to the right class; labels are class numbers.

import { asFloat, labelsOf } from '../composites/common.ts'
import * as ops from '../ops.ts'
import { type MetricOptions, meanMetric } from './mean-metric.ts'
import type { Metric } from './metric.ts'

/** Part of the rows of yPred that are largest at the place yTrue; the first of equals counts. */
export const sparseCategoricalAccuracy = (options: MetricOptions = {}): Metric => {
  const type = 'sparseCategoricalAccuracy'
  return meanMetric({
    type,
    name: options.name,
    values: (yTrue, yPred) =>
      ops.equal(asFloat(labelsOf(type, yTrue, yPred)), asFloat(ops.argmax(yPred, -1))),
  })
}
