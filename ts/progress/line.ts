// The text of a progress line, from numbers alone: no clock, no terminal.

import { showDuration, showRate, showValue } from './format.ts'

const BAR = 20
const GREEN = '\u001b[32m'
const GREY = '\u001b[90m'
const PLAIN = '\u001b[0m'

export interface ProgressState {
  /** 0-based. */
  readonly epoch: number
  readonly epochs: number
  /** Batches done in this epoch. */
  readonly batch: number
  /** Batches in an epoch, where known. */
  readonly steps: number | undefined
  readonly batchSize: number
  /** Since the epoch began. */
  readonly seconds: number
  readonly logs: Readonly<Record<string, number>>
}

const showLogs = (logs: Readonly<Record<string, number>>): string[] =>
  Object.entries(logs).map(([name, value]) => `${name} ${showValue(value)}`)

const showSpeed = (state: ProgressState): string[] => {
  const samples = state.batch * state.batchSize
  return samples > 0 && state.seconds > 0 ? [`${showRate(samples / state.seconds)} samples/s`] : []
}

const showEta = ({ batch, steps, seconds }: ProgressState): string[] =>
  steps === undefined || batch === 0
    ? []
    : [`ETA ${showDuration((seconds / batch) * Math.max(0, steps - batch))}`]

const title = ({ epoch, epochs }: ProgressState): string =>
  `Epoch ${String(epoch + 1).padStart(String(epochs).length)}/${epochs}`

const countOf = ({ batch, steps }: ProgressState): string =>
  steps === undefined
    ? `${batch} batches`
    : `${String(batch).padStart(String(steps).length)}/${steps}`

/** While an epoch runs; the last parts are left out where `columns` are too few. */
export const runningLine = (state: ProgressState, columns: number, colour: boolean): string => {
  const { batch, steps } = state
  const filled = steps === undefined ? 0 : Math.min(BAR, Math.floor((BAR * batch) / steps))
  const bar = '━'.repeat(BAR)
  const head = steps === undefined ? title(state) : `${title(state)} ${bar}`
  const rest = [...showEta(state), ...showSpeed(state), ...showLogs(state.logs)]
  const parts = [`${head} ${countOf(state)}`, ...rest]
  while (parts.length > 1 && parts.join(' - ').length >= columns) parts.pop()
  const line = parts.join(' - ')
  if (line.length >= columns) return `${title(state)} ${countOf(state)}`.slice(0, columns - 1)
  return line.replace(bar, paint(filled, colour))
}

const paint = (filled: number, colour: boolean): string => {
  const done = '━'.repeat(filled)
  const open = (colour ? '━' : '─').repeat(BAR - filled)
  return colour ? `${GREEN}${done}${GREY}${open}${PLAIN}` : done + open
}

/** When an epoch is over. `total`: seconds of the epoch, validation included. */
export const finishedLine = (state: ProgressState, total: number): string =>
  [title(state), showDuration(total), ...showSpeed(state), ...showLogs(state.logs)].join(' - ')
