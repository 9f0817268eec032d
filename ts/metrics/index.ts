// Every metric, for `metrics.…`: one export line each. The names of the factories are those of
// saved files.

export { type BinaryAccuracyOptions, binaryAccuracy } from './binary-accuracy.ts'
export { categoricalAccuracy } from './categorical-accuracy.ts'
export { meanAbsoluteError } from './mean-absolute-error.ts'
export type { MetricOptions } from './mean-metric.ts'
export { meanSquaredError, rootMeanSquaredError } from './mean-squared-error.ts'
export type { Metric } from './metric.ts'
export { sparseCategoricalAccuracy } from './sparse-categorical-accuracy.ts'
