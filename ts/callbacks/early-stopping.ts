// Stops training when a watched number no longer gets better. Keras 3's `EarlyStopping`.

import { finite, flag, whole } from '../checks.ts'
import type { Callback, Snapshot } from './callback.ts'
import { type MonitorOptions, monitorOf } from './monitor.ts'

export interface EarlyStoppingOptions extends MonitorOptions {
  /** Epochs without improvement after which training stops. Default 0. */
  patience?: number
  /** The number must beat this, too, for the patience to start anew. */
  baseline?: number
  /** Whether to go back to the weights of the best epoch at the end. Default false. */
  restoreBestWeights?: boolean
  /** Epochs before the watching begins. Default 0. */
  startFromEpoch?: number
}

export interface EarlyStopping extends Callback {
  /** Epoch (0-based) after which training was stopped; 0 if it was not. */
  readonly stoppedEpoch: number
  /** Epoch (0-based) of the best value; 0 before there is one. */
  readonly bestEpoch: number
  readonly best: number | undefined
}

export const earlyStopping = (options: EarlyStoppingOptions = {}): EarlyStopping => {
  const monitor = monitorOf('earlyStopping', options)
  const patience = whole('earlyStopping', 'patience', options.patience ?? 0)
  const startFrom = whole('earlyStopping', 'startFromEpoch', options.startFromEpoch ?? 0)
  const { baseline, restoreBestWeights = false } = options
  if (baseline !== undefined) finite('earlyStopping', 'baseline', baseline)
  flag('earlyStopping', 'restoreBestWeights', restoreBestWeights)
  const fresh = {
    wait: 0,
    stoppedEpoch: 0,
    bestEpoch: 0,
    best: undefined as number | undefined,
    weights: undefined as Snapshot | undefined,
  }
  let state = { ...fresh }
  let restored: Partial<typeof fresh> | undefined
  return {
    name: 'earlyStopping',
    get stoppedEpoch() {
      return state.stoppedEpoch
    },
    get bestEpoch() {
      return state.bestEpoch
    },
    get best() {
      return state.best
    },
    state: () => state,
    restore(given) {
      restored = given
    },
    onTrainBegin() {
      state = { ...fresh, ...restored }
      restored = undefined
    },
    async onEpochEnd(epoch, logs, training) {
      const value = monitor.read(logs, training)
      if (value === undefined || epoch < startFrom) return
      const better = monitor.improves(value, state.best)
      if (restoreBestWeights && (better || !state.weights)) {
        state.weights = await training.snapshot()
        state.bestEpoch = epoch
      }
      state.wait += 1
      if (better) {
        state.best = value
        state.bestEpoch = epoch
        if (baseline === undefined || monitor.improves(value, baseline)) state.wait = 0
      } else if (state.wait >= patience && epoch > 0) {
        state.stoppedEpoch = epoch
        training.stop(`earlyStopping: ${monitor.name} did not improve for ${state.wait} epochs`)
      }
    },
    async onTrainEnd(_logs, training) {
      if (state.weights) await training.restore(state.weights)
      state.weights = undefined
    },
  }
}
