// Schedules by name, and learning rates that are numbers or schedules.

import { notNegative } from '../checks.ts'
import type { Config, Json } from '../layers/layer.ts'
import { fromSaved, isSaved, type Saved, saved } from '../saved.ts'
import * as factories from './index.ts'
import type { Schedule } from './schedule.ts'

/** A number, a schedule, or the JSON form of one. */
export type LearningRate = number | Schedule | Saved

/** The schedule that a saved file describes. */
export const scheduleFromConfig = (type: string, config: Config): Schedule =>
  fromSaved<Schedule>('schedule', factories, type, config)

/** A number that is checked, or a schedule. */
export const learningRateOf = (subject: string, rate: LearningRate): number | Schedule => {
  if (isSaved(rate)) return scheduleFromConfig(rate.type, rate.config)
  const isSchedule = typeof rate === 'object' && typeof rate?.at === 'function'
  return isSchedule ? rate : notNegative(subject, 'learningRate', rate as number)
}

/** The JSON form. */
export const learningRateConfig = (rate: number | Schedule): Json =>
  typeof rate === 'number' ? rate : saved(rate)
