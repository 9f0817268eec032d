// Every loss, for `losses.…`: one export line each. The names of the factories are those of saved
// files.

export { type BinaryCrossentropyOptions, binaryCrossentropy } from './binary-crossentropy.ts'
export {
  type CategoricalCrossentropyOptions,
  categoricalCrossentropy,
} from './categorical-crossentropy.ts'
export { type HuberOptions, huber } from './huber.ts'
export type { Loss } from './loss.ts'
export { meanAbsoluteError } from './mean-absolute-error.ts'
export { meanSquaredError } from './mean-squared-error.ts'
export {
  type SparseCategoricalCrossentropyOptions,
  sparseCategoricalCrossentropy,
} from './sparse-categorical-crossentropy.ts'
