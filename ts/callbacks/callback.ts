// The contract of a callback of `fit`.

import type { Json } from '../layers/layer.ts'
import type { Shape } from '../shape.ts'

/** Numbers by name: `loss`, each metric, `val_…`, `learningRate`. */
export type Logs = Record<string, number>

/** What a callback may see and do while a model trains. */
export interface Training {
  /** Ends training after the current batch (or epoch, from an epoch hook). */
  stop(reason?: string): void
  readonly stopped: boolean
  /** Current learning rate; setting it acts from the next step on. */
  learningRate: number
  readonly epochs: number
  readonly stepsPerEpoch: number | undefined
  /** Samples a step. */
  readonly batchSize: number
  /** Weights and optimizer slots as a snapshot, and back. */
  snapshot(): Promise<Snapshot>
  restore(snapshot: Snapshot): Promise<void>
  /** Exchanges the weights and the means that the optimizer keeps of them (`useEma`). */
  swapAverages(): Promise<void>
  /** Names of the weights (`dense/kernel`) by their keys in a snapshot. */
  readonly weightNames: ReadonlyMap<number, string>
  /** Their shapes, by the same keys. */
  readonly weightShapes: ReadonlyMap<number, Shape>
  /** Saves the model as `model.save` does, with the position in the run. */
  save(path: string): Promise<void>
  warn(message: string): void
}

/** Copies of a model's variables by key. */
export type Snapshot = ReadonlyMap<number, Float32Array | Int32Array>

/** What a callback must not forget when a run goes on in another process. */
export type State = { readonly [name: string]: Json | Snapshot | undefined }

/** Every hook is optional and may return a promise, which is awaited. */
export interface Callback {
  readonly name?: string
  /** Ends training after the first step whose loss is not finite, without a call a step. */
  readonly guard?: boolean
  /** What a backup of the run keeps of this callback; numbers may be infinite or NaN. */
  state?(): State | Promise<State>
  /** Gets what `state` gave, before `onTrainBegin`, which then begins from it. */
  restore?(state: State): void
  onTrainBegin?(training: Training): void | Promise<void>
  onTrainEnd?(logs: Logs, training: Training): void | Promise<void>
  onEpochBegin?(epoch: number, training: Training): void | Promise<void>
  /** Logs are those of the whole epoch, `val_…` included. */
  onEpochEnd?(epoch: number, logs: Logs, training: Training): void | Promise<void>
  /** Around the validation of an epoch. */
  onTestBegin?(training: Training): void | Promise<void>
  onTestEnd?(logs: Logs, training: Training): void | Promise<void>
  /** Having a batch hook makes every step a call of its own; `onProgress` does not. */
  onBatchBegin?(batch: number, training: Training): void | Promise<void>
  onBatchEnd?(batch: number, logs: Logs, training: Training): void | Promise<void>
  /** Running means, a few times a second. `batch`: batches done in this epoch. */
  onProgress?(batch: number, logs: Logs, training: Training): void | Promise<void>
}
