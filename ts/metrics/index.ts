// Every metric, for `metrics.…`: one export line each. The names of the factories are those of
// saved files.

export { type AucOptions, auc } from './auc.ts'
export { type BinaryAccuracyOptions, binaryAccuracy } from './binary-accuracy.ts'
export { categoricalAccuracy } from './categorical-accuracy.ts'
export {
  falseNegatives,
  falsePositives,
  type PrecisionOptions,
  precision,
  recall,
  type ThresholdOptions,
  trueNegatives,
  truePositives,
} from './confusion.ts'
export { type ConfusionMatrixOptions, confusionMatrix } from './confusion-matrix.ts'
export {
  type F1ScoreOptions,
  type FBetaScoreOptions,
  f1Score,
  fBetaScore,
} from './f-score.ts'
export {
  type BinaryIoUOptions,
  binaryIoU,
  type IoUOptions,
  iou,
  type MeanIoUOptions,
  meanIoU,
  oneHotIoU,
  oneHotMeanIoU,
} from './iou.ts'
export type { MetricOptions } from './mean-metric.ts'
export { meanSquaredError, rootMeanSquaredError } from './mean-squared-error.ts'
export type { Metric } from './metric.ts'
export {
  binaryCrossentropy,
  categoricalCrossentropy,
  categoricalHinge,
  hinge,
  klDivergence,
  logCoshError,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredLogarithmicError,
  poisson,
  sparseCategoricalCrossentropy,
  squaredHinge,
} from './of-losses.ts'
export { accuracy, mean, sum } from './plain.ts'
export { type R2ScoreOptions, r2Score } from './r2-score.ts'
export {
  concordanceCorrelation,
  cosineSimilarity,
  pearsonCorrelation,
  type SimilarityOptions,
} from './similarity.ts'
export { sparseCategoricalAccuracy } from './sparse-categorical-accuracy.ts'
export {
  sparseTopKCategoricalAccuracy,
  type TopKOptions,
  topKCategoricalAccuracy,
} from './top-k.ts'
export {
  precisionAtRecall,
  recallAtPrecision,
  sensitivityAtSpecificity,
  specificityAtSensitivity,
  type TradeOffOptions,
} from './trade-off.ts'
