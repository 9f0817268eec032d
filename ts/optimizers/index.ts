// Every optimizer, for `optimizers.…`: one export line each. The names of the factories are those
// of saved files.

export { type Adam, type AdamOptions, adam } from './adam.ts'
export { type AdamW, type AdamWOptions, adamw } from './adamw.ts'
export type { OptimizerOptions } from './base.ts'
export type { Optimizer, Update } from './optimizer.ts'
export { type RMSprop, type RMSpropOptions, rmsprop } from './rmsprop.ts'
export { type SGD, type SGDOptions, sgd } from './sgd.ts'
