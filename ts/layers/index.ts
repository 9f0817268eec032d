// Every layer, for `layers.…`: one export line each. The names of the factories are those of saved
// files.

export { type Activation, type ActivationOptions, activation } from './activation.ts'
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
export { type Dense, type DenseOptions, dense } from './dense.ts'
export { type Dropout, type DropoutOptions, dropout } from './dropout.ts'
export { type EinsumDense, type EinsumDenseOptions, einsumDense } from './einsum-dense.ts'
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
  type LayerNormalization,
  type LayerNormalizationOptions,
  layerNormalization,
} from './layer-normalization.ts'
export {
  type MultiHeadAttention,
  type MultiHeadAttentionOptions,
  multiHeadAttention,
} from './multi-head-attention.ts'
export { type Normalization, type NormalizationOptions, normalization } from './normalization.ts'
export { type Rescaling, type RescalingOptions, rescaling } from './rescaling.ts'
export { type Reshape, type ReshapeOptions, reshape } from './reshape.ts'
export {
  type RMSNormalization,
  type RMSNormalizationOptions,
  rmsNormalization,
} from './rms-normalization.ts'
export {
  type UnitNormalization,
  type UnitNormalizationOptions,
  unitNormalization,
} from './unit-normalization.ts'
