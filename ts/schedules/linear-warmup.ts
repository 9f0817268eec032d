// A learning rate that rises along a line and then follows another schedule, or stays.

import { notNegative, positiveWhole } from '../checks.ts'
import { learningRateConfig, learningRateOf } from './learning-rate.ts'
import type { Schedule } from './schedule.ts'

export interface LinearWarmupOptions {
  /** Steps of the rise. */
  warmupSteps: number
  /** What the rise leads to: a number, or a schedule that begins after it. */
  learningRate: number | Schedule
  /** Learning rate of the first step. Default 0. */
  initialLearningRate?: number
}

/** initialLearningRate + (top − initialLearningRate)·step / warmupSteps, then `learningRate`. */
export const linearWarmup = (options: LinearWarmupOptions): Schedule => {
  const type = 'linearWarmup'
  const warmupSteps = positiveWhole(type, 'warmupSteps', options.warmupSteps)
  const { initialLearningRate = 0 } = options
  const learningRate = learningRateOf(type, options.learningRate)
  notNegative(type, 'initialLearningRate', initialLearningRate)
  const after = (step: number) =>
    typeof learningRate === 'number' ? learningRate : learningRate.at(step)
  return {
    type,
    at: (step) => {
      if (step >= warmupSteps) return after(step - warmupSteps)
      return initialLearningRate + ((after(0) - initialLearningRate) * step) / warmupSteps
    },
    config: () => ({
      warmupSteps,
      learningRate: learningRateConfig(learningRate),
      initialLearningRate,
    }),
  }
}
