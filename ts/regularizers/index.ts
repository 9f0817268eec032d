// Every regularizer, for `regularizers.…`: one export line each. The names are those of saved
// files.

export { type OrthogonalRegularizerOptions, orthogonalRegularizer } from './orthogonal.ts'
export { l1, l1L2, l2 } from './penalties.ts'
export type { Regularizer } from './regularizer.ts'
