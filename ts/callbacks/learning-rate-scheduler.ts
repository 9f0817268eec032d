// Sets the learning rate at the start of every epoch. Keras 3's `LearningRateScheduler`. For a rate
// that changes with every step, give the optimizer a schedule instead.

import { callable, notNegative } from '../checks.ts'
import type { Callback } from './callback.ts'

/** `schedule`: from the epoch (0-based) and the current rate to the new rate. */
export const learningRateScheduler = (
  schedule: (epoch: number, learningRate: number) => number,
): Callback => {
  const subject = 'learningRateScheduler'
  callable(subject, 'schedule', schedule)
  return {
    name: subject,
    onEpochBegin(epoch, training) {
      const rate = schedule(epoch, training.learningRate)
      training.learningRate = notNegative(subject, `rate of epoch ${epoch}`, rate)
    },
    onEpochEnd(_epoch, logs, training) {
      logs.learningRate = training.learningRate
    },
  }
}
