// Lowers the learning rate when a watched number no longer gets better. Keras 3's
// `ReduceLROnPlateau`.

import { belowOne, notNegative, positive, whole } from '../checks.ts'
import type { Callback, Training } from './callback.ts'
import { type MonitorOptions, monitorOf } from './monitor.ts'

export interface ReduceLROnPlateauOptions extends MonitorOptions {
  /** New rate = rate · factor, below 1. Default 0.1. */
  factor?: number
  /** Epochs without improvement after which the rate is lowered. Default 10. */
  patience?: number
  /** Default 1e-4. */
  minDelta?: number
  /** Epochs after a reduction in which nothing is counted. Default 0. */
  cooldown?: number
  /** The rate is never made lower than this. Default 0. */
  minLearningRate?: number
}

export const reduceLROnPlateau = (options: ReduceLROnPlateauOptions = {}): Callback => {
  const subject = 'reduceLROnPlateau'
  const monitor = monitorOf(subject, { ...options, minDelta: options.minDelta ?? 1e-4 })
  const factor = positive(subject, 'factor', belowOne(subject, 'factor', options.factor ?? 0.1))
  const patience = whole(subject, 'patience', options.patience ?? 10)
  const cooldown = whole(subject, 'cooldown', options.cooldown ?? 0)
  const least = notNegative(subject, 'minLearningRate', options.minLearningRate ?? 0)
  const fresh = { wait: 0, cooling: 0, best: undefined as number | undefined }
  let state = { ...fresh }
  let restored: Partial<typeof fresh> | undefined

  /** Whether the rate could still be lowered. */
  const reduce = (training: Training): boolean => {
    if (training.learningRate <= least) return false
    training.learningRate = Math.max(training.learningRate * factor, least)
    return true
  }

  return {
    name: subject,
    state: () => state,
    restore(given) {
      restored = given
    },
    onTrainBegin() {
      state = { ...fresh, ...restored }
      restored = undefined
    },
    onEpochEnd(_epoch, logs, training) {
      logs.learningRate = training.learningRate
      const value = monitor.read(logs, training)
      if (value === undefined) return
      if (state.cooling > 0) {
        state.cooling -= 1
        state.wait = 0
      }
      if (monitor.improves(value, state.best)) {
        state.best = value
        state.wait = 0
      } else if (state.cooling === 0) {
        state.wait += 1
        if (state.wait >= patience && reduce(training)) {
          state.cooling = cooldown
          state.wait = 0
        }
      }
    },
  }
}
