// A learning rate that falls along half a cosine (Loshchilov & Hutter 2016), after a linear warm-up
// if one is asked for.

import { notNegative, positive, whole } from '../checks.ts'
import { core } from '../runtime/core.ts'
import type { Schedule } from './schedule.ts'

export interface CosineDecayOptions {
  /** Learning rate of the first step. */
  initialLearningRate: number
  /** Steps from the top to the end, the warm-up not counted. */
  decaySteps: number
  /** Final learning rate as a part of the top. Default 0. */
  alpha?: number
  /** Top that the warm-up leads to; without it there is no warm-up. */
  warmupTarget?: number | null
  /** Steps of the warm-up. Default 0. */
  warmupSteps?: number
}

/** Warm-up from initialLearningRate to warmupTarget, then the cosine down to alpha · the top. */
export const cosineDecay = (options: CosineDecayOptions): Schedule => {
  const type = 'cosineDecay'
  const initialLearningRate = notNegative(type, 'initialLearningRate', options.initialLearningRate)
  const decaySteps = positive(type, 'decaySteps', options.decaySteps)
  const alpha = notNegative(type, 'alpha', options.alpha ?? 0)
  const given = options.warmupTarget ?? null
  const warmupTarget = given === null ? null : notNegative(type, 'warmupTarget', given)
  const warmupSteps = whole(type, 'warmupSteps', options.warmupSteps ?? 0)
  const top = warmupTarget ?? initialLearningRate
  const warmup = warmupTarget === null ? 0 : warmupSteps
  return {
    type,
    at: (step) => {
      if (step < warmup) return initialLearningRate + ((top - initialLearningRate) * step) / warmup
      const passed = Math.min(step - warmup, decaySteps) / decaySteps
      return top * ((1 - alpha) * 0.5 * (1 + core().cos(Math.PI * passed)) + alpha)
    },
    config: () => ({ initialLearningRate, decaySteps, alpha, warmupTarget, warmupSteps }),
  }
}
