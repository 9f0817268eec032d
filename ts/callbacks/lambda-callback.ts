// A callback from functions. A plain object with hooks does as well; this one notices misspelt
// hooks.

import { callable, flag, text } from '../checks.ts'
import { choose } from '../names.ts'
import type { Callback } from './callback.ts'

type Check = (subject: string, option: string, x: never) => unknown

const KNOWN: Readonly<Record<keyof Callback, Check>> = {
  name: text,
  guard: flag,
  state: callable,
  restore: callable,
  onTrainBegin: callable,
  onTrainEnd: callable,
  onEpochBegin: callable,
  onEpochEnd: callable,
  onTestBegin: callable,
  onTestEnd: callable,
  onBatchBegin: callable,
  onBatchEnd: callable,
  onProgress: callable,
}

/** `lambdaCallback({ onEpochEnd: (epoch, logs) => console.log(epoch, logs.loss) })` */
export const lambdaCallback = (hooks: Callback): Callback => {
  for (const [hook, given] of Object.entries(hooks)) {
    const check = choose<Check>('callback hook', hook, KNOWN)
    if (given !== undefined) check('lambdaCallback', hook, given as never)
  }
  return hooks
}
