// The logs of a model's epochs: what `fit` returns, and what is saved with the model.

import type { Logs } from '../callbacks/callback.ts'

/** The logs of one epoch, 0-based. */
export interface Entry {
  readonly epoch: number
  readonly logs: Readonly<Logs>
}

/** One value an epoch, by the names in the logs. */
export interface EpochRecord {
  /** Numbers of the epochs, 0-based. */
  readonly epoch: readonly number[]
  /** `loss`, `accuracy`, `val_loss` … */
  readonly history: { readonly [name: string]: readonly number[] }
}

/** With what `fit` ran. */
export interface FitParams {
  readonly epochs: number
  readonly batchSize: number
  /** Batches an epoch, where known. */
  readonly steps: number | undefined
  /** Samples an epoch, where known. */
  readonly samples: number | undefined
  /** Parts into which each batch was cut; the same number gives the same bits in every mode. */
  readonly shards: number
}

/** What `fit` resolves to. */
export interface History extends EpochRecord {
  readonly params: FitParams
  /** Why it ended early, if a callback or `stop` said so. */
  readonly stopped?: string
}

/** The entries before `epoch`. */
export const entriesBefore = (entries: readonly Entry[], epoch: number): Entry[] =>
  entries.filter((entry) => entry.epoch < epoch)

/** `entries` with the logs of `epoch`, in the place of those that it may have already. */
export const recorded = (entries: readonly Entry[], epoch: number, logs: Logs): Entry[] => [
  ...entriesBefore(entries, epoch),
  { epoch, logs: { ...logs } },
]

/** A list for each name. Names that not every epoch has have shorter lists, as in Keras. */
export const columnsOf = (entries: readonly Entry[]): EpochRecord => {
  const history: Record<string, number[]> = {}
  for (const { logs } of entries) {
    for (const [name, value] of Object.entries(logs)) {
      history[name] ??= []
      history[name].push(value)
    }
  }
  return { epoch: entries.map(({ epoch }) => epoch), history }
}
