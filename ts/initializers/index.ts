// Every initializer, for `initializers.…`: one export line each. The names are those of saved
// files.

export { type ConstantOptions, constant, ones, zeros } from './constant.ts'
export type { Initializer } from './initializer.ts'
export { type GainOptions, identity, orthogonal } from './matrices.ts'
export {
  type NormalOptions,
  randomNormal,
  randomUniform,
  truncatedNormal,
  type UniformOptions,
} from './random.ts'
export {
  glorotNormal,
  glorotUniform,
  heNormal,
  heUniform,
  lecunNormal,
  lecunUniform,
  type VarianceScalingOptions,
  varianceScaling,
} from './scaling.ts'
export { type StftOptions, stft } from './stft.ts'
