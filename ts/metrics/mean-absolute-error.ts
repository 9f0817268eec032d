// Mean of |yPred − yTrue| over all that was seen.

import { labelsLike } from '../composites.ts'
import * as ops from '../ops.ts'
import { type MetricOptions, meanMetric } from './mean-metric.ts'
import type { Metric } from './metric.ts'

/** Mean of |yPred − yTrue|. */
export const meanAbsoluteError = ({ name }: MetricOptions = {}): Metric => {
  const type = 'meanAbsoluteError'
  return meanMetric({
    type,
    name,
    values: (yTrue, yPred) => ops.abs(ops.sub(yPred, labelsLike(type, yTrue, yPred))),
  })
}
