// A learning rate that falls by the same factor every `decaySteps` steps.

import { flag, notNegative, positive } from '../checks.ts'
import { core } from '../runtime/core.ts'
import type { Schedule } from './schedule.ts'

export interface ExponentialDecayOptions {
  /** Learning rate of the first step. */
  initialLearningRate: number
  /** Steps in which the rate falls by `decayRate`. */
  decaySteps: number
  /** Factor of `decaySteps` steps. */
  decayRate: number
  /**
   * Whether it falls at once after every `decaySteps` steps rather than all the time. Default
   * false.
   */
  staircase?: boolean
}

/** initialLearningRate · decayRate^(step / decaySteps) */
export const exponentialDecay = (options: ExponentialDecayOptions): Schedule => {
  const type = 'exponentialDecay'
  const initialLearningRate = notNegative(type, 'initialLearningRate', options.initialLearningRate)
  const decaySteps = positive(type, 'decaySteps', options.decaySteps)
  const decayRate = positive(type, 'decayRate', options.decayRate)
  const staircase = flag(type, 'staircase', options.staircase ?? false)
  return {
    type,
    at: (step) => {
      const passed = step / decaySteps
      const power = staircase ? Math.floor(passed) : passed
      return initialLearningRate * core().pow(decayRate, power)
    },
    config: () => ({ initialLearningRate, decaySteps, decayRate, staircase }),
  }
}
