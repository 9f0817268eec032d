// Datasets and preprocessing: what users see of this folder.

export type { Batch, BatchLike } from './batch.ts'
export { type ConfusionMatrixCounts, confusionMatrix } from './confusion-matrix.ts'
export { type Cell, type CsvDtype, type CsvOptions, type CsvSample, csvDataset } from './csv.ts'
export type { BatchSource, SourceOf, StreamOptions } from './dataset.ts'
export { minMaxScaler } from './min-max-scaler.ts'
export { oneHot } from './one-hot.ts'
export {
  ArrayDataset,
  type Batched,
  Dataset,
  dataset,
  StreamDataset,
} from './pipeline.ts'
export type { Scaler } from './scaler.ts'
export { type Arrays, shuffle, type Tensors } from './shuffle.ts'
export { standardScaler } from './standard-scaler.ts'
export { type SplitOptions, trainTestSplit } from './train-test-split.ts'
