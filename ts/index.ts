// The public API: re-exports only. The types need `Symbol.dispose`, whatever `lib` the user has.

/// <reference lib="esnext.disposable" preserve="true" />

export * as activations from './activations/index.ts'
export type { Callback, Logs, Snapshot, Training } from './callbacks/index.ts'
export * as callbacks from './callbacks/index.ts'
export * as ops from './composites/index.ts'
export * as constraints from './constraints/index.ts'
export * from './data/index.ts'
export { type ErrorCode, GradloomError } from './errors.ts'
export * from './functions/index.ts'
export type { Operand, SymbolicTensor } from './graph.ts'
export { type Info, type InitOptions, info, init, shutdown } from './init.ts'
export * as initializers from './initializers/index.ts'
export type { FileSource } from './io/files.ts'
export { FunctionalTensor } from './layers/functional.ts'
export * as layers from './layers/index.ts'
export {
  type AnyLayer,
  type Config,
  Layer,
  type LayerOptions,
  type Mask,
  type Pass,
  type Tensors as LayerTensors,
  type WeightOptions,
} from './layers/layer.ts'
export { type Ran, RnnCell, type Sequence, type Step } from './layers/recurrent/rnn-cell.ts'
export { registerLayer } from './layers/registry.ts'
export * as losses from './losses/index.ts'
export * as metrics from './metrics/index.ts'
export * from './models/index.ts'
export * as optimizers from './optimizers/index.ts'
export * as preprocessing from './preprocessing/index.ts'
export * as regularizers from './regularizers/index.ts'
export type { Mode, Numerics } from './runtime/protocol.ts'
export * as schedules from './schedules/index.ts'
export type { BatchShape, Dtype, Elements, Shape } from './shape.ts'
export {
  type NestedArray,
  type NestedNumbers,
  type NumericArray,
  Tensor,
  type TensorLike,
  tensor,
} from './tensor.ts'
export type { Variable } from './variable.ts'
