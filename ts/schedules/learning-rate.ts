// Learning rates that are numbers or schedules. It knows no schedule, so that a page with none
// carries none.

import { notNegative } from '../checks.ts'
import type { Json } from '../layers/layer.ts'
import { saved } from '../saved.ts'
import type { Schedule } from './schedule.ts'

export type LearningRate = number | Schedule

/** A number that is checked, or a schedule. */
export const learningRateOf = (subject: string, rate: LearningRate): LearningRate => {
  // An array has `at` too.
  const isSchedule = typeof rate === 'object' && typeof rate?.config === 'function'
  return isSchedule ? rate : notNegative(subject, 'learningRate', rate as number)
}

/** The JSON form. */
export const learningRateConfig = (rate: LearningRate): Json =>
  typeof rate === 'number' ? rate : saved(rate)
