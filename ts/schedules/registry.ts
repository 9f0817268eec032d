// Schedules by the names in saved files.

import type { Config } from '../layers/layer.ts'
import { fromSaved } from '../saved.ts'
import * as factories from './index.ts'
import type { Schedule } from './schedule.ts'

/** The schedule that a saved file describes. */
export const scheduleFromConfig = (type: string, config: Config): Schedule =>
  fromSaved<Schedule>('schedule', factories, type, config)
