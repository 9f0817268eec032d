import { describe, expect, it } from 'vitest'
import type { Training } from './callback.ts'
import { swapEmaWeights } from './swap-ema-weights.ts'

// What it does to a model in training is shown in `optimizers/cadence.test.ts`.
describe('swapEmaWeights', () => {
  const swaps = async (swapOnEpoch: boolean): Promise<string> => {
    let log = ''
    const training = { swapAverages: async () => (log += 's') } as unknown as Training
    const callback = swapEmaWeights({ swapOnEpoch })
    const step = async (mark: string, call: unknown): Promise<void> => {
      log += mark
      await call
    }
    for (const epoch of [0, 1]) {
      await step('b', callback.onEpochBegin?.(epoch, training))
      await step('t', callback.onTestBegin?.(training))
      await step('e', callback.onTestEnd?.({}, training))
      await step('d', callback.onEpochEnd?.(epoch, {}, training))
    }
    return log
  }

  it('puts the means in for validation only', async () => {
    expect(await swaps(false)).toBe('bstsedbstsed')
  })

  it('leaves them in between epochs if asked', async () => {
    expect(await swaps(true)).toBe('bstsesdsbstsesd')
  })

  it('refuses what is no boolean', () => {
    expect(() => swapEmaWeights({ swapOnEpoch: 1 as never })).toThrow(/swapOnEpoch/)
  })
})
