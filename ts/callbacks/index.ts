// The callbacks of `fit`.

export {
  type BackupAndRestoreOptions,
  backupAndRestore,
} from '../models/fit/backup.ts'
export type { Callback, Logs, Snapshot, State, Training } from './callback.ts'
export { type CsvLoggerOptions, csvLogger } from './csv-logger.ts'
export { type EarlyStopping, type EarlyStoppingOptions, earlyStopping } from './early-stopping.ts'
export { type History, history } from './history.ts'
export { lambdaCallback } from './lambda-callback.ts'
export { learningRateScheduler } from './learning-rate-scheduler.ts'
export {
  type ModelCheckpoint,
  type ModelCheckpointOptions,
  modelCheckpoint,
} from './model-checkpoint.ts'
export type { Mode, MonitorOptions } from './monitor.ts'
export { type ProgressOptions, progress } from './progress.ts'
export { type ReduceLROnPlateauOptions, reduceLROnPlateau } from './reduce-lr-on-plateau.ts'
export { type SwapEmaWeightsOptions, swapEmaWeights } from './swap-ema-weights.ts'
export { type TensorBoardOptions, tensorBoard } from './tensor-board.ts'
export { terminateOnNaN } from './terminate-on-nan.ts'
