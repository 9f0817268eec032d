// Datasets and preprocessing: what users see of this folder.

export type { Batch, BatchLike } from './batch.ts'
export { type ConfusionMatrixCounts, confusionMatrix } from './confusion-matrix.ts'
export {
  type ArrayDataset,
  type BatchSource,
  type Dataset,
  dataset,
  type StreamDataset,
  type StreamOptions,
} from './dataset.ts'
export { minMaxScaler } from './min-max-scaler.ts'
export { oneHot } from './one-hot.ts'
export type { Scaler } from './scaler.ts'
export { type Arrays, shuffle, type Tensors } from './shuffle.ts'
export { standardScaler } from './standard-scaler.ts'
export { type SplitOptions, trainTestSplit } from './train-test-split.ts'
