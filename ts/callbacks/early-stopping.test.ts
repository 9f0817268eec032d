// earlyStopping against the sequences of Keras 3's own tests (early_stopping_test.py) and
// documentation.

import { describe, expect, it } from 'vitest'
import { refusal } from '../testing/refusal.ts'
import { fakeTraining, runEpochs } from '../testing/training.ts'
import { earlyStopping } from './early-stopping.ts'

const losses = (name: string, ...values: number[]) => values.map((v) => ({ [name]: v }))

describe('patience', () => {
  const sequence = losses('loss', 10, 9, 8, 9, 8.9, 8.8, 8.7, 8.6, 8.5)
  it.each([0, 1, 2, 3])('of %d epochs', async (patience) => {
    const stopper = earlyStopping({ monitor: 'loss', patience })
    const ran = await runEpochs(stopper, sequence)
    expect(stopper.stoppedEpoch).toBe(Math.max(patience, 1) + 2)
    expect(ran).toBe(stopper.stoppedEpoch + 1)
    expect([stopper.best, stopper.bestEpoch]).toEqual([8, 2])
  })

  it('starts anew with every improvement', async () => {
    const stopper = earlyStopping({ monitor: 'loss', patience: 2 })
    expect(await runEpochs(stopper, losses('loss', 5, 6, 4, 5, 3, 4, 5, 6))).toBe(7)
  })

  it('never stops after the first epoch', async () => {
    const stopper = earlyStopping({ monitor: 'loss' })
    expect(await runEpochs(stopper, losses('loss', Number.NaN, 1, 2))).toBe(3)
  })

  it('says why it stops', async () => {
    const training = fakeTraining()
    await runEpochs(earlyStopping({ patience: 1 }), losses('val_loss', 1, 2), training)
    expect(training.reasons).toEqual(['earlyStopping: val_loss did not improve for 1 epochs'])
  })
})

describe('what counts', () => {
  it('is more than minDelta', async () => {
    const options = { monitor: 'accuracy', minDelta: 0.1, patience: 2 }
    const stopper = earlyStopping(options)
    expect(await runEpochs(stopper, losses('accuracy', 0.5, 0.55, 0.59, 0.9))).toBe(3)
    expect(stopper.best).toBe(0.5)
  })

  it('begins at startFromEpoch', async () => {
    const stopper = earlyStopping({ monitor: 'loss', startFromEpoch: 3, patience: 1 })
    expect(await runEpochs(stopper, losses('loss', 1, 2, 3, 4, 5, 6))).toBe(5)
    expect(stopper.bestEpoch).toBe(3)
  })

  it('is nothing where the number is missing', async () => {
    const training = fakeTraining()
    expect(await runEpochs(earlyStopping(), losses('loss', 1, 2, 3), training)).toBe(3)
    expect(training.warnings.length).toBe(1)
  })

  it('is the baseline, too, for the patience', async () => {
    const stopper = earlyStopping({ monitor: 'loss', patience: 3, baseline: 0.5 })
    expect(await runEpochs(stopper, losses('loss', 0.9, 0.8, 0.7, 0.71, 0.72))).toBe(4)
    const reached = earlyStopping({ monitor: 'loss', patience: 3, baseline: 0.5 })
    expect(await runEpochs(reached, losses('loss', 0.9, 0.4, 0.45, 0.45, 0.45, 0.45))).toBe(5)
  })

  it('is no NaN: a later number is better', async () => {
    const stopper = earlyStopping({ monitor: 'loss', patience: 3 })
    expect(await runEpochs(stopper, losses('loss', Number.NaN, 2, 1, Number.NaN, 3, 4))).toBe(6)
    expect([stopper.best, stopper.bestEpoch]).toEqual([1, 2])
  })
})

describe('restoreBestWeights', () => {
  const restored = async (options: object, values: number[], stopAfter?: number) => {
    const training = fakeTraining()
    const stopper = earlyStopping({ restoreBestWeights: true, ...options })
    const end = stopper.onEpochEnd
    if (stopAfter !== undefined) {
      stopper.onEpochEnd = async (epoch, ...rest) => {
        await end?.(epoch, ...rest)
        if (epoch === stopAfter) training.stop('another callback')
      }
    }
    const ran = await runEpochs(stopper, losses('val_loss', ...values), training)
    return { ran, weights: training.weights, snapshots: training.snapshots }
  }

  it('goes back to the best epoch', async () => {
    const run = await restored({ patience: 2 }, [0.2, 0.15, 0.1, 0.11, 0.12])
    expect(run).toEqual({ ran: 5, weights: 2, snapshots: 3 })
  })

  it('goes back to the best epoch even if none beats the baseline', async () => {
    const values = [0.9, 0.8, 0.7, 0.71, 0.72, 0.73]
    const run = await restored({ patience: 5, baseline: 0.5 }, values)
    expect(run).toEqual({ ran: 5, weights: 2, snapshots: 3 })
  })

  it('goes back when something else ends the training', async () => {
    const run = await restored({ patience: 5, baseline: 0.5 }, [0.9, 0.8, 0.7, 0.71, 0.72], 3)
    expect(run).toEqual({ ran: 4, weights: 2, snapshots: 3 })
  })

  it('keeps the first epoch if all are NaN', async () => {
    const nan = Number.NaN
    expect((await restored({ patience: 2 }, [nan, nan, nan])).weights).toBe(0)
  })

  it('is off by default', async () => {
    expect(await restored({ restoreBestWeights: false, patience: 1 }, [1, 2])).toEqual({
      ran: 2,
      weights: 1,
      snapshots: 0,
    })
  })
})

it('forgets everything when used again', async () => {
  const stopper = earlyStopping({ monitor: 'loss', patience: 1, restoreBestWeights: true })
  await runEpochs(stopper, losses('loss', 0.1, 0.2))
  const training = fakeTraining()
  expect(await runEpochs(stopper, losses('loss', 5, 4, 6), training)).toBe(3)
  expect([stopper.best, stopper.bestEpoch, training.weights]).toEqual([4, 1, 1])
})

it('refuses options that cannot be', () => {
  expect(() => earlyStopping({ patience: -1 })).toThrow(refusal('argument', 'patience', '-1'))
  expect(() => earlyStopping({ startFromEpoch: 0.5 })).toThrow(refusal('argument', '0.5'))
  expect(() => earlyStopping({ minDelta: Number.NaN })).toThrow(refusal('argument', 'minDelta'))
})
