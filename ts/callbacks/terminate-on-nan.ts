// Stops training when the loss is NaN or infinite. Keras 3's `TerminateOnNaN`, without a call a
// step: the core itself stops after the first such step (`guard`), and the running mean of the loss
// shows it here.

import { flag } from '../checks.ts'
import { GradloomError } from '../errors.ts'
import type { Callback, Logs, Training } from './callback.ts'

/**
 * `raiseError`: make `fit` fail with a `non-finite` error instead of ending quietly. Default false.
 */
export const terminateOnNaN = (options: { raiseError?: boolean } = {}): Callback => {
  const raiseError = flag('terminateOnNaN', 'raiseError', options.raiseError ?? false)
  const check = (where: string, logs: Logs, training: Training): void => {
    const { loss } = logs
    if (loss === undefined || Number.isFinite(loss) || training.stopped) return
    const message = `terminateOnNaN: the loss is ${loss} ${where}`
    if (raiseError) throw new GradloomError('non-finite', `${message}; training was ended`)
    training.stop(message)
  }
  return {
    name: 'terminateOnNaN',
    guard: true,
    onProgress: (batch, logs, training) => check(`after batch ${batch}`, logs, training),
    onEpochEnd: (epoch, logs, training) => check(`in epoch ${epoch + 1}`, logs, training),
  }
}
