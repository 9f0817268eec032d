// Optimizers by name: the literal union, the lookup, and the JSON form.

import { badArgument } from '../checks.ts'
import type { Config } from '../layers/layer.ts'
import { choose } from '../names.ts'
import { fromSaved, isSaved } from '../saved.ts'
import { scheduleFromConfig } from '../schedules/registry.ts'
import * as factories from './index.ts'
import type { Optimizer } from './optimizer.ts'

/** `'adam'`, `'sgd'` … */
export type OptimizerName = keyof typeof factories

/** A name, or an optimizer made by a factory or by yourself. */
export type OptimizerSpec = OptimizerName | Optimizer

const table: Readonly<Record<OptimizerName, () => Optimizer>> = factories

/** The optimizer that a name stands for, with Keras's defaults. */
export const optimizerOf = (spec: OptimizerSpec): Optimizer => {
  if (typeof spec === 'string') return choose('optimizer', spec, table)()
  if (typeof spec?.update === 'function' && typeof spec.slots === 'function') return spec
  throw badArgument('compile', 'optimizer', spec, 'a name or an optimizer')
}

/** With the schedule in place of its JSON form. */
const withSchedule = (config: Config): object => {
  const rate = config?.learningRate
  return isSaved(rate)
    ? { ...config, learningRate: scheduleFromConfig(rate.type, rate.config) }
    : config
}

/** The optimizer that a saved file describes. */
export const optimizerFromConfig = (type: string, config: Config): Optimizer =>
  fromSaved<Optimizer>('optimizer', factories, type, withSchedule(config))
