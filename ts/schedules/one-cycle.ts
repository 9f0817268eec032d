// A learning rate that rises to a top and falls far below where it began (Smith & Topin 2017), as
// PyTorch's OneCycleLR.

import { badArgument, flag, oneOf, positive, positiveWhole } from '../checks.ts'
import { core } from '../runtime/core.ts'
import type { Schedule } from './schedule.ts'

const STRATEGIES = ['cos', 'linear'] as const

export interface OneCycleOptions {
  /** Learning rate at the top. */
  maxLearningRate: number
  /** Steps of the whole cycle; the rate stays at its end after them. */
  totalSteps: number
  /** Part of the steps in which it rises: 0 < pctStart < 1. Default 0.3. */
  pctStart?: number
  /** Along a cosine or a line. Default `'cos'`. */
  annealStrategy?: (typeof STRATEGIES)[number]
  /** The first rate is maxLearningRate / divFactor. Default 25. */
  divFactor?: number
  /** The last rate is the first one / finalDivFactor. Default 10000. */
  finalDivFactor?: number
  /** Whether it falls to the first rate as it rose, and then to the last. Default false. */
  threePhase?: boolean
}

/** Up to maxLearningRate, and down to maxLearningRate / divFactor / finalDivFactor. */
export const oneCycle = (options: OneCycleOptions): Schedule => {
  const type = 'oneCycle'
  const { pctStart = 0.3 } = options
  if (!(pctStart > 0 && pctStart < 1)) throw badArgument(type, 'pctStart', pctStart, 'in (0, 1)')
  const maxLearningRate = positive(type, 'maxLearningRate', options.maxLearningRate)
  const totalSteps = positiveWhole(type, 'totalSteps', options.totalSteps)
  const annealStrategy = oneOf(type, 'annealStrategy', options.annealStrategy ?? 'cos', STRATEGIES)
  const divFactor = positive(type, 'divFactor', options.divFactor ?? 25)
  const finalDivFactor = positive(type, 'finalDivFactor', options.finalDivFactor ?? 1e4)
  const threePhase = flag(type, 'threePhase', options.threePhase ?? false)
  const first = maxLearningRate / divFactor
  const rise = pctStart * totalSteps
  /** Where each phase ends, and with which rate. */
  const phases: (readonly [number, number])[] = [
    [rise - 1, maxLearningRate],
    ...(threePhase ? [[2 * rise - 2, first] as const] : []),
    [totalSteps - 1, first / finalDivFactor],
  ]
  const share = (x: number) => (annealStrategy === 'cos' ? (1 - core().cos(Math.PI * x)) / 2 : x)
  return {
    type,
    at: (step) => {
      let [start, from] = [0, first]
      for (const [end, to] of phases) {
        if (step <= end) return from + (to - from) * share((step - start) / (end - start))
        start = end
        from = to
      }
      return from
    },
    config: () => ({
      maxLearningRate,
      totalSteps,
      pctStart,
      annealStrategy,
      divFactor,
      finalDivFactor,
      threePhase,
    }),
  }
}
