// The simplest metrics: the mean and the sum of what the model gives, and how often it equals the
// labels.

import { text } from '../checks.ts'
import { labelsLike, sumAll } from '../composites/common.ts'
import * as ops from '../ops.ts'
import { type MetricOptions, meanMetric } from './mean-metric.ts'
import type { Metric } from './metric.ts'
import { weightsLike } from './sums.ts'

/** Mean of yPred, whatever the labels. */
export const mean = ({ name }: MetricOptions = {}): Metric =>
  meanMetric({ type: 'mean', name, values: (_, yPred) => yPred })

/** Sum of yPred, whatever the labels. */
export const sum = ({ name = 'sum' }: MetricOptions = {}): Metric => ({
  type: 'sum',
  name: text('sum', 'name', name),
  sums: (_, yPred, weights) => sumAll(ops.mul(yPred, weightsLike(weights, yPred))),
  result: ([total = 0]) => total,
  config: () => ({ name }),
})

/** Part of the elements of yPred that equal yTrue. (The name `'accuracy'` chooses by the loss.) */
export const accuracy = ({ name }: MetricOptions = {}): Metric => {
  const type = 'accuracy'
  return meanMetric({
    type,
    name,
    values: (yTrue, yPred) => ops.equal(labelsLike(type, yTrue, yPred), yPred),
  })
}
