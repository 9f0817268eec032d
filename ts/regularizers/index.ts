// Every regularizer, for `regularizers.…`: one export line each. The names are those of saved
// files.

export type { Regularizer } from './regularizer.ts'
