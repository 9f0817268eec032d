// Every optimizer, for `optimizers.…`: one export line each. The names of the factories are those
// of saved files.

export { type Adadelta, type AdadeltaOptions, adadelta } from './adadelta.ts'
export { type Adafactor, type AdafactorOptions, adafactor } from './adafactor.ts'
export { type Adagrad, type AdagradOptions, adagrad } from './adagrad.ts'
export { type Adam, type AdamOptions, adam } from './adam.ts'
export { type Adamax, type AdamaxOptions, adamax } from './adamax.ts'
export { type AdamW, type AdamWOptions, adamw } from './adamw.ts'
export type { OptimizerOptions } from './base.ts'
export { type Ftrl, type FtrlOptions, ftrl } from './ftrl.ts'
export { type Lamb, type LambOptions, lamb } from './lamb.ts'
export { type Lion, type LionOptions, lion } from './lion.ts'
export { type Muon, type MuonOptions, muon } from './muon.ts'
export { type Nadam, type NadamOptions, nadam } from './nadam.ts'
export type { Optimizer, Update } from './optimizer.ts'
export { type RMSprop, type RMSpropOptions, rmsprop } from './rmsprop.ts'
export { type SGD, type SGDOptions, sgd } from './sgd.ts'
