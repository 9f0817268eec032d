// A learning rate that falls like one over the time.

import { flag, notNegative, positive } from '../checks.ts'
import type { Schedule } from './schedule.ts'

export interface InverseTimeDecayOptions {
  /** Learning rate of the first step. */
  initialLearningRate: number
  /** Steps that count as one unit of time. */
  decaySteps: number
  /** How much of the rate's inverse a unit of time adds. */
  decayRate: number
  /** Whether it falls only after every `decaySteps` steps. Default false. */
  staircase?: boolean
}

/** initialLearningRate / (1 + decayRate·step / decaySteps) */
export const inverseTimeDecay = (options: InverseTimeDecayOptions): Schedule => {
  const type = 'inverseTimeDecay'
  const initialLearningRate = notNegative(type, 'initialLearningRate', options.initialLearningRate)
  const decaySteps = positive(type, 'decaySteps', options.decaySteps)
  const decayRate = notNegative(type, 'decayRate', options.decayRate)
  const staircase = flag(type, 'staircase', options.staircase ?? false)
  return {
    type,
    at: (step) => {
      const passed = step / decaySteps
      return initialLearningRate / (1 + decayRate * (staircase ? Math.floor(passed) : passed))
    },
    config: () => ({ initialLearningRate, decaySteps, decayRate, staircase }),
  }
}
