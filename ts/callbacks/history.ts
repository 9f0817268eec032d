// Records the logs of every epoch: what `fit` returns.

import { list } from '../checks.ts'
import type { Callback, Logs } from './callback.ts'

export interface History extends Callback {
  /** Epoch numbers, 0-based. */
  readonly epoch: readonly number[]
  /** One list for each name in the logs, an entry an epoch. */
  readonly history: Readonly<Record<string, readonly number[]>>
}

/**
 * Starts from `earlier`, when training goes on from a file; else empty at the start of each `fit`.
 */
export const history = (earlier?: Pick<History, 'epoch' | 'history'>): History => {
  const before = Object.entries(earlier?.history ?? {})
  for (const [name, values] of before) list('history', name, values)
  const passed = list('history', 'epoch', earlier?.epoch ?? [])
  let epochs: number[] = []
  let record: Record<string, number[]> = {}
  return {
    name: 'history',
    get epoch() {
      return epochs
    },
    get history() {
      return record
    },
    onTrainBegin() {
      epochs = [...passed]
      record = Object.fromEntries(before.map(([name, values]) => [name, [...values]]))
    },
    onEpochEnd(epoch: number, logs: Logs) {
      epochs.push(epoch)
      for (const [name, value] of Object.entries(logs)) {
        if (!Object.hasOwn(record, name)) record[name] = []
        record[name]?.push(value)
      }
    },
  }
}
