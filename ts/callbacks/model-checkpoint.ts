// Saves the model while it trains: every epoch, every so many batches, or only when it is the best
// so far. Keras 3's `ModelCheckpoint`. Each save is atomic, so a killed run leaves a whole file.

import { finite, flag, positiveWhole } from '../checks.ts'
import { createDirectoryOf } from '../io/files.ts'
import type { Callback, Logs, Training } from './callback.ts'
import { type MonitorOptions, monitorOf } from './monitor.ts'
import { checkPattern, fillPattern } from './path-pattern.ts'

export interface ModelCheckpointOptions extends Omit<MonitorOptions, 'minDelta'> {
  /**
   * May hold `{epoch}` (1-based), `{batch}` and names from the logs, as
   * `{epoch:02d}-{val_loss:.2f}`.
   */
  filepath: string
  /** Keep only the model with the best value of `monitor`. Default false. */
  saveBestOnly?: boolean
  /**
   * `'epoch'` (default), or the number of batches between saves; then each step is a call of its
   * own.
   */
  saveFreq?: 'epoch' | number
  /** With `saveBestOnly`: what the first save must beat. */
  initialValueThreshold?: number
}

export interface ModelCheckpoint extends Callback {
  /** Best value so far. */
  readonly best: number | undefined
  /** File written last. */
  readonly lastPath: string | undefined
}

export const modelCheckpoint = (options: ModelCheckpointOptions): ModelCheckpoint => {
  const { saveBestOnly = false, saveFreq = 'epoch' } = options
  flag('modelCheckpoint', 'saveBestOnly', saveBestOnly)
  const pattern = checkPattern(options.filepath)
  const monitor = saveBestOnly ? monitorOf('modelCheckpoint', options) : undefined
  let best = options.initialValueThreshold
  if (best !== undefined) finite('modelCheckpoint', 'initialValueThreshold', best)
  let lastPath: string | undefined
  const count = { batches: 0 }

  /** A model without the watched number is saved, as in Keras. */
  const save = async (values: Logs, logs: Logs, training: Training): Promise<void> => {
    const value = monitor?.read(logs, training)
    if (value !== undefined && !monitor?.improves(value, best)) return
    const path = fillPattern(pattern, { ...logs, ...values })
    await createDirectoryOf(path)
    await training.save(path)
    best = value ?? best
    lastPath = path
  }

  const hooks: Callback =
    saveFreq === 'epoch'
      ? { onEpochEnd: (epoch, logs, training) => save({ epoch: epoch + 1 }, logs, training) }
      : everyBatches(positiveWhole('modelCheckpoint', 'saveFreq', saveFreq), save, count)
  return {
    name: 'modelCheckpoint',
    ...hooks,
    state: () => ({ best, ...count }),
    restore(state) {
      best = state.best as number | undefined
      count.batches = state.batches as number
    },
    get best() {
      return best
    },
    get lastPath() {
      return lastPath
    },
  }
}

/** `count` runs on from epoch to epoch. */
const everyBatches = (
  every: number,
  save: (values: Logs, logs: Logs, training: Training) => Promise<void>,
  count: { batches: number },
): Callback => {
  let epoch = 0
  return {
    onEpochBegin(now) {
      epoch = now
    },
    async onBatchEnd(batch, logs, training) {
      count.batches += 1
      if (count.batches < every) return
      count.batches = 0
      await save({ epoch: epoch + 1, batch: batch + 1 }, logs, training)
    },
  }
}
