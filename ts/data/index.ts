// Datasets and preprocessing: what users see of this folder.

export type { Batch, BatchLike } from './batch.ts'
export { type ConfusionMatrixCounts, confusionMatrix } from './confusion-matrix.ts'
export { type Cell, type CsvDtype, type CsvOptions, type CsvSample, csvDataset } from './csv.ts'
export type { BatchSource, SourceOf, StreamOptions } from './dataset.ts'
export { type ImageOptions, type ImageSource, loadImage } from './image.ts'
export {
  type ImageBatch,
  type ImageDirectoryOptions,
  imageDatasetFromDirectory,
} from './image-directory.ts'
export { maxAbsScaler } from './max-abs-scaler.ts'
export { minMaxScaler } from './min-max-scaler.ts'
export { oneHot } from './one-hot.ts'
export {
  ArrayDataset,
  type Batched,
  Dataset,
  dataset,
  StreamDataset,
} from './pipeline.ts'
export { robustScaler } from './robust-scaler.ts'
export type { Scaler } from './scaler.ts'
export {
  type PadOptions,
  padSequences,
  type TimeseriesOptions,
  timeseriesDatasetFromArray,
} from './sequences.ts'
export { type Arrays, shuffle, type Tensors } from './shuffle.ts'
export { standardScaler } from './standard-scaler.ts'
export { type SplitOptions, trainTestSplit } from './train-test-split.ts'
