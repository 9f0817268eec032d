// Schedules by the names in saved files.

import type { Config } from '../layers/layer.ts'
import { fromSaved, isSaved } from '../saved.ts'
import * as factories from './index.ts'
import type { Schedule } from './schedule.ts'

/** The schedule that a saved file describes, with the one inside a warm-up. */
export const scheduleFromConfig = (type: string, config: Config): Schedule => {
  const { learningRate: inner } = config ?? {}
  const learningRate = isSaved(inner) && scheduleFromConfig(inner.type, inner.config)
  const full = learningRate ? { ...config, learningRate: learningRate as never } : config
  return fromSaved<Schedule>('schedule', factories, type, full)
}
