// Metrics by name: the literal union, Keras's short names, the accuracy that fits a loss, and the
// JSON form.

import { badArgument } from '../checks.ts'
import type { Config } from '../layers/layer.ts'
import type { Loss } from '../losses/loss.ts'
import { choose } from '../names.ts'
import { fromSaved, unsaved } from '../saved.ts'
import type { BatchShape } from '../shape.ts'
import * as factories from './index.ts'
import { type MetricOptions, type MetricValues, meanMetric } from './mean-metric.ts'
import type { Metric } from './metric.ts'

const aliases = {
  mse: factories.meanSquaredError,
  mae: factories.meanAbsoluteError,
  rmse: factories.rootMeanSquaredError,
  mape: factories.meanAbsolutePercentageError,
  msle: factories.meanSquaredLogarithmicError,
  bce: factories.binaryCrossentropy,
  kld: factories.klDivergence,
} as const

/** Factories whose options may be left out; the others (`iou` …) must be called. */
type FactoryName =
  | {
      [Name in keyof typeof factories]: (typeof factories)[Name] extends () => Metric ? Name : never
    }[keyof typeof factories]
  | keyof typeof aliases

/** `'accuracy'` (the one that fits the loss), `'mse'` … */
export type MetricName = FactoryName | 'accuracy' | 'acc'

/** A name, a metric made by a factory or by yourself, or a function whose mean is taken. */
export type MetricSpec = MetricName | Metric | MetricValues

/** What `'accuracy'` is chosen by. */
export interface MetricFor {
  readonly loss: Loss
  /** `[null, ...]` */
  readonly outputShape: BatchShape
}

type Make = (options: MetricOptions) => Metric

/**
 * Labels of one column or one axis less than several scores are class numbers, as Keras decides.
 */
const accuracyFor = ({ loss, outputShape }: MetricFor): Make => {
  if (outputShape.at(-1) === 1) return factories.binaryAccuracy
  const labels = loss.labelShape(outputShape)
  return labels.length < outputShape.length || labels.at(-1) === 1
    ? factories.sparseCategoricalAccuracy
    : factories.categoricalAccuracy
}

/** The metric for a model with this loss and output; a name is also its key in the history. */
export const resolveMetric = (spec: MetricSpec, model: MetricFor): Metric => {
  if (typeof spec === 'function') {
    const name = spec.name || 'metric'
    return { ...meanMetric({ type: 'metric', name, values: spec }), config: () => unsaved(name) }
  }
  if (typeof spec !== 'string') {
    if (typeof spec?.sums === 'function' && typeof spec.result === 'function') return spec
    throw badArgument('compile', 'metrics', spec, 'names or metrics')
  }
  const accuracy = (options: MetricOptions) => accuracyFor(model)(options)
  const table: Readonly<Record<string, (options: never) => Metric>> = {
    ...factories,
    ...aliases,
    accuracy,
    acc: accuracy,
  }
  return (choose('metric', spec, table) as Make)({ name: spec })
}

/** The metric that a saved file describes. */
export const metricFromConfig = (type: string, config: Config): Metric =>
  fromSaved<Metric>('metric', factories, type, config)
