// Mean of (yPred − yTrue)² over all that was seen, and its root.

import { meanSquaredError as loss } from '../losses/mean-squared-error.ts'
import { lossMetric, type MetricOptions } from './mean-metric.ts'
import type { Metric } from './metric.ts'

/** Mean of (yPred − yTrue)². */
export const meanSquaredError = ({ name }: MetricOptions = {}): Metric => lossMetric(loss(), name)

/** Root of the mean of (yPred − yTrue)² over everything seen. */
export const rootMeanSquaredError = ({ name }: MetricOptions = {}): Metric => {
  const squared = lossMetric(loss(), name, 'rootMeanSquaredError')
  return { ...squared, result: (sums) => Math.sqrt(squared.result(sums) as number) }
}
