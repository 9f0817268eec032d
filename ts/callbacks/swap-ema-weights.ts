// Validates, and if asked for saves, with the means of the weights that the optimizer keeps, as
// Keras's SwapEMAWeights does.

import { flag } from '../checks.ts'
import type { Callback, Training } from './callback.ts'

export interface SwapEmaWeightsOptions {
  /**
   * Whether the means stand in the model from the end of an epoch to the next one, so that
   * callbacks behind this one save them. Default false.
   */
  swapOnEpoch?: boolean
}

/** Needs an optimizer with `useEma: true`. */
export const swapEmaWeights = (options: SwapEmaWeightsOptions = {}): Callback => {
  const swapOnEpoch = flag('swapEmaWeights', 'swapOnEpoch', options.swapOnEpoch ?? false)
  let areIn = false
  let restored = false
  const swap = async (wanted: boolean, training: Training): Promise<void> => {
    if (areIn === wanted) return
    await training.swapAverages()
    areIn = wanted
  }
  return {
    name: 'swapEmaWeights',
    state: () => ({ areIn }),
    restore: (state) => {
      restored = state.areIn === true
    },
    onTrainBegin: () => {
      areIn = restored
      restored = false
    },
    onTestBegin: (training) => swap(true, training),
    onTestEnd: (_, training) => swap(false, training),
    ...(swapOnEpoch
      ? {
          onEpochBegin: (_: number, training: Training) => swap(false, training),
          onEpochEnd: (_: number, __: unknown, training: Training) => swap(true, training),
        }
      : {}),
  }
}
