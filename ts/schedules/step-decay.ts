// A learning rate that falls by a factor at even distances, as PyTorch's StepLR.

import { notNegative, positive, positiveWhole } from '../checks.ts'
import { core } from '../runtime/core.ts'
import type { Schedule } from './schedule.ts'

export interface StepDecayOptions {
  /** Learning rate of the first step. */
  initialLearningRate: number
  /** Steps between two falls. */
  stepSize: number
  /** Factor of each fall. Default 0.1. */
  gamma?: number
}

/** initialLearningRate · gamma^⌊step / stepSize⌋ */
export const stepDecay = (options: StepDecayOptions): Schedule => {
  const type = 'stepDecay'
  const initialLearningRate = notNegative(type, 'initialLearningRate', options.initialLearningRate)
  const stepSize = positiveWhole(type, 'stepSize', options.stepSize)
  const gamma = positive(type, 'gamma', options.gamma ?? 0.1)
  return {
    type,
    at: (step) => initialLearningRate * core().pow(gamma, Math.floor(step / stepSize)),
    config: () => ({ initialLearningRate, stepSize, gamma }),
  }
}
