// A learning rate that rises along a line and then follows another schedule, or stays.

import { notNegative, positiveWhole } from '../checks.ts'
import { saved } from '../saved.ts'
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
  const { initialLearningRate = 0, learningRate } = options
  notNegative(type, 'initialLearningRate', initialLearningRate)
  const isSchedule = typeof learningRate === 'object' && typeof learningRate?.at === 'function'
  if (!isSchedule) notNegative(type, 'learningRate', learningRate as number)
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
      learningRate: typeof learningRate === 'number' ? learningRate : saved(learningRate),
      initialLearningRate,
    }),
  }
}
