// Shows how training goes: a live bar on a terminal, else one line an epoch.

import { callable, oneOf } from '../checks.ts'
import { finishedLine, type ProgressState, runningLine } from '../progress/line.ts'
import { defaultOutput, type Output } from '../progress/output.ts'
import type { Callback, Logs, Training } from './callback.ts'

export interface ProgressOptions {
  /**
   * `'bar'` where the output can redraw a line, `'lines'`: only finished epochs. Default `'bar'`.
   */
  style?: 'bar' | 'lines'
  /** Default: standard output, or the console in a browser. */
  output?: Output
  /** Milliseconds from any fixed moment. Default `performance.now`. */
  now?: () => number
}

export const progress = (options: ProgressOptions = {}): Callback => {
  const output = options.output ?? defaultOutput()
  callable('progress', 'output.print', output.print)
  oneOf('progress', 'style', options.style ?? 'bar', ['bar', 'lines'])
  const live = output.live && options.style !== 'lines'
  const now = callable('progress', 'now', options.now ?? (() => performance.now()))
  let began = 0
  let epoch = 0
  let open = false
  let last = { batch: 0, seconds: 0 }

  const stateOf = (logs: Logs, training: Training): ProgressState => ({
    epoch,
    epochs: training.epochs,
    steps: training.stepsPerEpoch,
    batchSize: training.batchSize,
    logs,
    ...last,
  })
  const seconds = (): number => (now() - began) / 1000
  const draw = (logs: Logs, training: Training): void => {
    if (!live) return
    output.redraw(runningLine(stateOf(logs, training), output.columns(), output.colour))
    open = true
  }

  return {
    name: 'progress',
    onEpochBegin(current, training) {
      began = now()
      epoch = current
      last = { batch: 0, seconds: 0 }
      draw({}, training)
    },
    onProgress(batch, logs, training) {
      last = { batch, seconds: seconds() }
      draw(logs, training)
    },
    onEpochEnd(_epoch, logs, training) {
      const total = seconds()
      if (last.batch === 0) last = { batch: training.stepsPerEpoch ?? 0, seconds: total }
      output.print(finishedLine(stateOf(logs, training), total))
      open = false
    },
    onTrainEnd(logs, training) {
      if (!open) return
      output.print(runningLine(stateOf(logs, training), Number.POSITIVE_INFINITY, output.colour))
      open = false
    },
  }
}
