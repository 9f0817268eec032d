// A learning rate that falls to an end along a power of the time left.

import { flag, notNegative, positive } from '../checks.ts'
import { core } from '../runtime/core.ts'
import type { Schedule } from './schedule.ts'

export interface PolynomialDecayOptions {
  /** Learning rate of the first step. */
  initialLearningRate: number
  /** Steps until the end. */
  decaySteps: number
  /** Learning rate at the end. Default 0.0001. */
  endLearningRate?: number
  /** 1: along a line. Default 1. */
  power?: number
  /**
   * Whether to begin again, each time with the decay drawn out to twice, thrice … the steps.
   * Default false.
   */
  cycle?: boolean
}

/** (initialLearningRate − endLearningRate) · (1 − step / decaySteps)^power + endLearningRate */
export const polynomialDecay = (options: PolynomialDecayOptions): Schedule => {
  const type = 'polynomialDecay'
  const initialLearningRate = notNegative(type, 'initialLearningRate', options.initialLearningRate)
  const decaySteps = positive(type, 'decaySteps', options.decaySteps)
  const endLearningRate = notNegative(type, 'endLearningRate', options.endLearningRate ?? 0.0001)
  const power = positive(type, 'power', options.power ?? 1)
  const cycle = flag(type, 'cycle', options.cycle ?? false)
  return {
    type,
    at: (step) => {
      const over = decaySteps * (cycle ? Math.max(1, Math.ceil(step / decaySteps)) : 1)
      const left = 1 - Math.min(step, over) / over
      const share = power === 1 ? left : core().pow(left, power)
      return (initialLearningRate - endLearningRate) * share + endLearningRate
    },
    config: () => ({ initialLearningRate, decaySteps, endLearningRate, power, cycle }),
  }
}
