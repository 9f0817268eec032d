// A learning rate that falls along half a cosine again and again (SGDR, Loshchilov & Hutter 2016).

import { notNegative, positive } from '../checks.ts'
import { core } from '../runtime/core.ts'
import type { Schedule } from './schedule.ts'

export interface CosineDecayRestartsOptions {
  /** Learning rate of the first step. */
  initialLearningRate: number
  /** Steps of the first fall. */
  firstDecaySteps: number
  /** Each fall takes so many times the steps of the one before. Default 2. */
  tMul?: number
  /** Each fall begins at so many times the rate of the one before. Default 1. */
  mMul?: number
  /** Where a fall ends, as a part of initialLearningRate. Default 0. */
  alpha?: number
}

/** The cosine from initialLearningRate·mMulⁱ down to alpha·initialLearningRate, for i = 0, 1, … */
export const cosineDecayRestarts = (options: CosineDecayRestartsOptions): Schedule => {
  const type = 'cosineDecayRestarts'
  const initialLearningRate = notNegative(type, 'initialLearningRate', options.initialLearningRate)
  const firstDecaySteps = positive(type, 'firstDecaySteps', options.firstDecaySteps)
  const tMul = positive(type, 'tMul', options.tMul ?? 2)
  const mMul = positive(type, 'mMul', options.mMul ?? 1)
  const alpha = notNegative(type, 'alpha', options.alpha ?? 0)
  return {
    type,
    at: (step) => {
      let [length, top, passed] = [firstDecaySteps, 1, step]
      // A fall of less than a step would never end the walk.
      while (passed >= length && length >= 1) {
        passed -= length
        length *= tMul
        top *= mMul
      }
      const share = Math.min(passed / length, 1)
      const cosine = 0.5 * top * (1 + core().cos(Math.PI * share))
      return initialLearningRate * ((1 - alpha) * cosine + alpha)
    },
    config: () => ({ initialLearningRate, firstDecaySteps, tMul, mMul, alpha }),
  }
}
