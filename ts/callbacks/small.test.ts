// history, learningRateScheduler, terminateOnNaN and lambdaCallback.

import { describe, expect, it } from 'vitest'
import { refusal } from '../testing/refusal.ts'
import { fakeTraining, runEpochs } from '../testing/training.ts'
import type { Callback } from './callback.ts'
import { history } from './history.ts'
import { lambdaCallback } from './lambda-callback.ts'
import { learningRateScheduler } from './learning-rate-scheduler.ts'
import { terminateOnNaN } from './terminate-on-nan.ts'

describe('history', () => {
  it('records every number of every epoch', async () => {
    const record = history()
    await runEpochs(record, [
      { loss: 3, val_loss: 4 },
      { loss: 1, val_loss: 2, extra: 5 },
    ])
    expect(record.epoch).toEqual([0, 1])
    expect(record.history).toEqual({ loss: [3, 1], val_loss: [4, 2], extra: [5] })
  })

  it('starts anew with every fit, or from what was saved', async () => {
    const record = history()
    await runEpochs(record, [{ loss: 3 }])
    await runEpochs(record, [{ loss: 2 }])
    expect([record.epoch, record.history]).toEqual([[0], { loss: [2] }])
    const saved = { epoch: [0], history: { loss: [9] } }
    const resumed = history(saved)
    await resumed.onTrainBegin?.(fakeTraining())
    await resumed.onEpochEnd?.(1, { loss: 8 }, fakeTraining())
    expect([resumed.epoch, resumed.history]).toEqual([[0, 1], { loss: [9, 8] }])
    expect(saved.history.loss).toEqual([9])
  })

  it('takes names that objects have anyway', async () => {
    const record = history()
    await runEpochs(record, [{ constructor: 1 } as unknown as Record<string, number>])
    expect(record.history).toEqual({ constructor: [1] })
  })
})

describe('learningRateScheduler', () => {
  it('gives the epoch and the current rate, and logs the new one', async () => {
    const training = fakeTraining({ learningRate: 1 })
    const record = history()
    const scheduler = learningRateScheduler((epoch, rate) => (epoch < 2 ? rate : rate / 2))
    const both: Callback = {
      onTrainBegin: (t) => record.onTrainBegin?.(t),
      onEpochBegin: (epoch, t) => scheduler.onEpochBegin?.(epoch, t),
      async onEpochEnd(epoch, logs, t) {
        await scheduler.onEpochEnd?.(epoch, logs, t)
        await record.onEpochEnd?.(epoch, logs, t)
      },
    }
    await runEpochs(both, [{}, {}, {}, {}], training)
    expect(record.history.learningRate).toEqual([1, 1, 0.5, 0.25])
  })

  it.each([Number.NaN, -1, undefined])('refuses a rate of %s', (rate) => {
    const scheduler = learningRateScheduler(() => rate as number)
    const refused = refusal('argument', 'learningRateScheduler', 'epoch 3', String(rate))
    expect(() => scheduler.onEpochBegin?.(3, fakeTraining())).toThrow(refused)
  })
})

describe('terminateOnNaN', () => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'stops at %d',
    (loss) => {
      const training = fakeTraining()
      const callback = terminateOnNaN()
      expect(callback.guard).toBe(true)
      callback.onProgress?.(1, { loss: 3 }, training)
      expect(training.stopped).toBe(false)
      callback.onProgress?.(7, { loss }, training)
      callback.onEpochEnd?.(0, { loss }, training)
      expect(training.reasons).toEqual([`terminateOnNaN: the loss is ${loss} after batch 7`])
    },
  )

  it('looks at the end of an epoch, too', () => {
    const training = fakeTraining()
    terminateOnNaN().onEpochEnd?.(0, { loss: Number.NaN, accuracy: 1 }, training)
    expect(training.reasons).toEqual(['terminateOnNaN: the loss is NaN in epoch 1'])
  })

  it('looks at the loss only, and has no batch hook', () => {
    const training = fakeTraining()
    const callback = terminateOnNaN()
    callback.onEpochEnd?.(0, { loss: 1, val_loss: Number.NaN }, training)
    callback.onEpochEnd?.(0, {}, training)
    expect(training.stopped).toBe(false)
    expect(callback).not.toHaveProperty('onBatchEnd')
  })

  it('throws when asked to', () => {
    const callback = terminateOnNaN({ raiseError: true })
    const refused = refusal('non-finite', 'Infinity', 'batch 2')
    const logs = { loss: Number.POSITIVE_INFINITY }
    expect(() => callback.onProgress?.(2, logs, fakeTraining())).toThrow(refused)
  })
})

describe('lambdaCallback', () => {
  it('is the object itself', () => {
    const hooks = { onEpochEnd: () => {}, onProgress: () => {}, name: 'mine', guard: true }
    expect(lambdaCallback(hooks)).toBe(hooks)
  })

  it('notices misspelt hooks', () => {
    const hooks = { onEpochEnded: () => {} } as Callback
    expect(() => lambdaCallback(hooks)).toThrow(
      refusal('unknown-name', 'onEpochEnded', "'onEpochEnd'"),
    )
  })
})
