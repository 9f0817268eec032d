// Every layer, for `layers.…`: one export line each. The names of the factories are those of saved
// files.

export { type Activation, type ActivationOptions, activation } from './activation.ts'
export {
  type ELUOptions,
  elu,
  type LeakyReLUOptions,
  leakyRelu,
  type PReLU,
  type PReLUOptions,
  prelu,
  type ReLUOptions,
  relu,
  type SoftmaxOptions,
  softmax,
} from './activation-layers.ts'
export {
  type AdditiveAttention,
  type AdditiveAttentionOptions,
  type Attention,
  type AttentionOptions,
  additiveAttention,
  attention,
} from './attention.ts'
export {
  type BatchNormalization,
  type BatchNormalizationOptions,
  batchNormalization,
} from './batch-normalization.ts'
export {
  type CategoryEncoding,
  type CategoryEncodingOptions,
  categoryEncoding,
} from './category-encoding.ts'
export { type CenterCrop, type CenterCropOptions, centerCrop } from './center-crop.ts'
export { type Conv, type ConvLayerOptions, conv1d, conv2d, conv3d } from './conv/conv.ts'
export {
  type ConvTranspose,
  type ConvTransposeOptions,
  conv1dTranspose,
  conv2dTranspose,
  conv3dTranspose,
} from './conv/conv-transpose.ts'
export {
  type DepthwiseConv,
  type DepthwiseOptions,
  depthwiseConv1d,
  depthwiseConv2d,
} from './conv/depthwise-conv.ts'
export {
  type SeparableConv,
  type SeparableOptions,
  separableConv1d,
  separableConv2d,
} from './conv/separable-conv.ts'
export { type Dense, type DenseOptions, dense } from './dense.ts'
export {
  type Discretization,
  type DiscretizationOptions,
  discretization,
} from './discretization.ts'
export { type Dropout, type DropoutOptions, dropout } from './dropout.ts'
export { type EinsumDense, type EinsumDenseOptions, einsumDense } from './einsum-dense.ts'
export { type Embedding, type EmbeddingOptions, embedding } from './embedding.ts'
export { type Flatten, type FlattenOptions, flatten } from './flatten.ts'
export {
  type GroupNormalization,
  type GroupNormalizationOptions,
  groupNormalization,
} from './group-normalization.ts'
export {
  type GroupQueryAttention,
  type GroupQueryAttentionOptions,
  groupQueryAttention,
} from './group-query-attention.ts'
export { type Input, type InputOptions, input } from './input.ts'
export {
  type IntegerLookup,
  type IntegerLookupOptions,
  integerLookup,
} from './integer-lookup.ts'
export { type Lambda, type LambdaFunction, lambda } from './lambda.ts'
export {
  type LayerNormalization,
  type LayerNormalizationOptions,
  layerNormalization,
} from './layer-normalization.ts'
export { type Masking, type MaskingOptions, masking } from './masking.ts'
export {
  add,
  average,
  type ConcatenateOptions,
  concatenate,
  type DotOptions,
  dot,
  maximum,
  minimum,
  multiply,
  subtract,
} from './merging.ts'
export {
  type MultiHeadAttention,
  type MultiHeadAttentionOptions,
  multiHeadAttention,
} from './multi-head-attention.ts'
export {
  alphaDropout,
  type GaussianNoiseOptions,
  gaussianDropout,
  gaussianNoise,
  type RateOptions,
} from './noise.ts'
export { type Normalization, type NormalizationOptions, normalization } from './normalization.ts'
export type { PlainLayer } from './plain.ts'
export {
  type AdaptivePooling,
  type AdaptivePoolingOptions,
  adaptiveAveragePooling1d,
  adaptiveAveragePooling2d,
  adaptiveAveragePooling3d,
  adaptiveMaxPooling1d,
  adaptiveMaxPooling2d,
  adaptiveMaxPooling3d,
} from './pooling/adaptive-pooling.ts'
export {
  type GlobalPooling,
  type GlobalPoolingOptions,
  globalAveragePooling1d,
  globalAveragePooling2d,
  globalAveragePooling3d,
  globalMaxPooling1d,
  globalMaxPooling2d,
  globalMaxPooling3d,
} from './pooling/global-pooling.ts'
export {
  averagePooling1d,
  averagePooling2d,
  averagePooling3d,
  maxPooling1d,
  maxPooling2d,
  maxPooling3d,
  type Pooling,
  type PoolingOptions,
} from './pooling/pooling.ts'
export {
  type RandomBrightness,
  type RandomBrightnessOptions,
  randomBrightness,
} from './random-brightness.ts'
export {
  type RandomContrast,
  type RandomContrastOptions,
  randomContrast,
} from './random-contrast.ts'
export { type RandomCrop, type RandomCropOptions, randomCrop } from './random-crop.ts'
export { type RandomFlip, type RandomFlipOptions, randomFlip } from './random-flip.ts'
export {
  type RandomRotation,
  type RandomRotationOptions,
  randomRotation,
} from './random-rotation.ts'
export {
  type RandomTranslation,
  type RandomTranslationOptions,
  randomTranslation,
} from './random-translation.ts'
export { type RandomZoom, type RandomZoomOptions, randomZoom } from './random-zoom.ts'
export {
  type Bidirectional,
  type BidirectionalOptions,
  bidirectional,
} from './recurrent/bidirectional.ts'
export { type ConvLstmOptions, convLSTM2D } from './recurrent/conv-lstm.ts'
export { type GruOptions, gru } from './recurrent/gru.ts'
export { type GruCell, type GruCellOptions, gruCell } from './recurrent/gru-cell.ts'
export { type LstmOptions, lstm } from './recurrent/lstm.ts'
export { type LstmCell, type LstmCellOptions, lstmCell } from './recurrent/lstm-cell.ts'
export { type Rnn, type RnnLayerOptions, type RnnOptions, rnn } from './recurrent/rnn.ts'
export { type SimpleRnnOptions, simpleRNN } from './recurrent/simple-rnn.ts'
export {
  type SimpleRnnCell,
  type SimpleRnnCellOptions,
  simpleRNNCell,
} from './recurrent/simple-rnn-cell.ts'
export {
  type StackedRnnCells,
  type StackedRnnCellsOptions,
  stackedRNNCells,
} from './recurrent/stacked-rnn-cells.ts'
export {
  type TimeDistributed,
  type TimeDistributedOptions,
  timeDistributed,
} from './recurrent/time-distributed.ts'
export { type Rescaling, type RescalingOptions, rescaling } from './rescaling.ts'
export { type Reshape, type ReshapeOptions, reshape } from './reshape.ts'
export {
  type Cropping,
  type CroppingOptions,
  cropping1d,
  cropping2d,
  cropping3d,
  type Edges,
  type UpSampling,
  type UpSampling2dOptions,
  type UpSamplingOptions,
  upSampling1d,
  upSampling2d,
  upSampling3d,
  type ZeroPadding,
  type ZeroPaddingOptions,
  zeroPadding1d,
  zeroPadding2d,
  zeroPadding3d,
} from './resize.ts'
export { type Resizing, type ResizingOptions, resizing } from './resizing.ts'
export {
  type RMSNormalization,
  type RMSNormalizationOptions,
  rmsNormalization,
} from './rms-normalization.ts'
export type {
  After,
  Appends,
  Attends,
  Becomes,
  Distributes,
  Doubles,
  Flattens,
  Given,
  InputOf,
  Joins,
  Keeps,
  Makes,
  MakesConvolutions,
  MakesFilters,
  MakesPlain,
  MakesPlainWindows,
  MakesPoolings,
  MakesWindows,
  Merges,
  Permutes,
  Pools,
  Projects,
  Recurs,
  Repeats,
  Rule,
  Shaped,
  Slides,
  Sliding,
  Windows,
} from './shape-rules.ts'
export {
  type ActivityRegularizationOptions,
  activityRegularization,
  identity,
  type PermuteOptions,
  permute,
  type RepeatVectorOptions,
  repeatVector,
} from './shapes.ts'
export {
  type SpatialDropout,
  type SpatialDropoutOptions,
  spatialDropout1d,
  spatialDropout2d,
  spatialDropout3d,
} from './spatial-dropout.ts'
export {
  type SpectralNormalization,
  type SpectralNormalizationOptions,
  spectralNormalization,
} from './spectral-normalization.ts'
export {
  type UnitNormalization,
  type UnitNormalizationOptions,
  unitNormalization,
} from './unit-normalization.ts'
