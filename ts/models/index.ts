// Models: what users see of this folder.

export type { ClassWeight } from './class-weight.ts'
export type { CompileOptions } from './compiled.ts'
export type { Cost, CostOptions } from './cost.ts'
export type { FitError } from './fit/fit.ts'
export type { FitOptions } from './fit/options.ts'
export type { DatasetLike } from './fit/sources.ts'
export type { EpochRecord, FitParams, History } from './history.ts'
export { loadModel } from './load-model.ts'
export type { EvaluateOptions, Model, PredictOptions, SummaryOptions } from './model.ts'
export { type SequentialOptions, sequential } from './sequential.ts'
export type { TrainOnBatchOptions } from './train-on-batch.ts'
