// Every loss, for `losses.…`: one export line each. The names of the factories are those of saved
// files.

export { type BinaryCrossentropyOptions, binaryCrossentropy } from './binary-crossentropy.ts'
export {
  type CategoricalCrossentropyOptions,
  categoricalCrossentropy,
} from './categorical-crossentropy.ts'
export { type CircleOptions, circle } from './circle.ts'
export { type CosineSimilarityOptions, cosineSimilarity } from './cosine-similarity.ts'
export { ctc } from './ctc.ts'
export {
  type BinaryFocalCrossentropyOptions,
  binaryFocalCrossentropy,
  type CategoricalFocalCrossentropyOptions,
  categoricalFocalCrossentropy,
} from './focal.ts'
export {
  type CategoricalGeneralizedCrossEntropyOptions,
  categoricalGeneralizedCrossEntropy,
} from './generalized-crossentropy.ts'
export { categoricalHinge, hinge, squaredHinge } from './hinge.ts'
export { type HuberOptions, huber } from './huber.ts'
export { klDivergence } from './kl-divergence.ts'
export type { Loss, Reduction } from './loss.ts'
export type { LossOptions } from './make.ts'
export { meanAbsoluteError } from './mean-absolute-error.ts'
export { meanSquaredError } from './mean-squared-error.ts'
export { type DiceOptions, dice, type TverskyOptions, tversky } from './overlap.ts'
export {
  logCosh,
  meanAbsolutePercentageError,
  meanSquaredLogarithmicError,
  poisson,
} from './regression.ts'
export {
  type SparseCategoricalCrossentropyOptions,
  sparseCategoricalCrossentropy,
} from './sparse-categorical-crossentropy.ts'
