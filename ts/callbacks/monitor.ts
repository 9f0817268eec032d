// What callbacks that watch a number share: which direction is better, and whether a value is an
// improvement. After `MonitorCallback` of Keras 3, except that NaN never counts as a best value.

import { finite, named, text } from '../checks.ts'
import { GradloomError } from '../errors.ts'
import type { MetricName } from '../metrics/registry.ts'
import { choose } from '../names.ts'
import type { Logs, Training } from './callback.ts'

export type Mode = 'auto' | 'min' | 'max'

/** Keys of the logs; `string & {}`: metrics of your own, or of several outputs. */
export type MonitorName = Logged | `val_${Logged}` | (string & {})
type Logged = 'loss' | MetricName

export interface MonitorOptions {
  /** Name of a number in the logs. Default `'val_loss'`. */
  monitor?: MonitorName
  /** Whether lower or higher is better; `'auto'` (default) knows it for the built-in names. */
  mode?: Mode
  /** Changes that are not above this are no improvement. Its sign does not matter. */
  minDelta?: number
}

export interface Monitor {
  readonly name: string
  /** Whether `value` beats `reference`; anything but NaN beats `undefined`. */
  improves(value: number, reference: number | undefined): boolean
  /** The watched number; a warning (once) and `undefined` if the logs do not have it. */
  read(logs: Logs, training: Training): number | undefined
}

const UP = /accuracy|^acc$|auc|precision|recall|f1|score|similarity|iou|r2/i
const DOWN =
  /loss|error|^(mse|mae|rmse|mape|msle|kld?)$|entropy|hinge|huber|poisson|divergence|logcosh/i

const directionOf = (callback: string, monitor: string): 'min' | 'max' => {
  const name = monitor.replace(/^val_/, '')
  if (name === 'loss' || (DOWN.test(name) && !UP.test(name))) return 'min'
  if (UP.test(name)) return 'max'
  throw new GradloomError(
    'argument',
    `${callback}: cannot tell whether '${monitor}' should go up or down; give mode 'min' or 'max'`,
    { subject: callback },
  )
}

export const monitorOf = (callback: string, options: MonitorOptions): Monitor => {
  const name = text(callback, 'monitor', options.monitor ?? 'val_loss')
  const delta = Math.abs(finite(callback, 'minDelta', options.minDelta ?? 0))
  const modes = { auto: undefined, min: 'min', max: 'max' } as const
  const given = named(callback, 'mode', () => choose('mode', options.mode ?? 'auto', modes))
  const mode = given ?? directionOf(callback, name)
  let warned = false
  return {
    name,
    improves: (value, reference) => {
      if (reference === undefined) return !Number.isNaN(value)
      return mode === 'min' ? value + delta < reference : value - delta > reference
    },
    read: (logs, training) => {
      if (Object.hasOwn(logs, name)) return logs[name]
      const known = Object.keys(logs).join(', ')
      if (!warned) training.warn(`${callback}: no '${name}' in the logs; there are ${known}`)
      warned = true
      return undefined
    },
  }
}
