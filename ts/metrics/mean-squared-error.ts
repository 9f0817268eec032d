// Mean of (yPred − yTrue)² over all that was seen, and its root.

import { labelsLike } from '../composites.ts'
import * as ops from '../ops.ts'
import { type MetricOptions, type MetricValues, meanMetric } from './mean-metric.ts'
import type { Metric } from './metric.ts'

const squaredError =
  (type: string): MetricValues =>
  (yTrue, yPred) =>
    ops.square(ops.sub(yPred, labelsLike(type, yTrue, yPred)))

/** Mean of (yPred − yTrue)². */
export const meanSquaredError = ({ name }: MetricOptions = {}): Metric => {
  const type = 'meanSquaredError'
  return meanMetric({ type, name, values: squaredError(type) })
}

/** Root of the mean of (yPred − yTrue)² over everything seen. */
export const rootMeanSquaredError = ({ name }: MetricOptions = {}): Metric => {
  const type = 'rootMeanSquaredError'
  return meanMetric({ type, name, values: squaredError(type), finish: Math.sqrt })
}
