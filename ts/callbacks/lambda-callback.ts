// A callback from functions. A plain object with hooks does as well; this one notices misspelt
// hooks.

import { choose } from '../names.ts'
import type { Callback } from './callback.ts'

const KNOWN: Readonly<Record<keyof Callback, true>> = {
  name: true,
  guard: true,
  state: true,
  restore: true,
  onTrainBegin: true,
  onTrainEnd: true,
  onEpochBegin: true,
  onEpochEnd: true,
  onTestBegin: true,
  onTestEnd: true,
  onBatchBegin: true,
  onBatchEnd: true,
  onProgress: true,
}

/** `lambdaCallback({ onEpochEnd: (epoch, logs) => console.log(epoch, logs.loss) })` */
export const lambdaCallback = (hooks: Callback): Callback => {
  for (const hook of Object.keys(hooks)) choose('callback hook', hook, KNOWN)
  return hooks
}
