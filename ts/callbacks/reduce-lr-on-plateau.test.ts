// reduceLROnPlateau against Keras 3's own tests (reduce_lr_on_plateau_test.py) and documentation.

import { describe, expect, it } from 'vitest'
import { refusal } from '../testing/refusal.ts'
import { fakeTraining } from '../testing/training.ts'
import { type ReduceLROnPlateauOptions, reduceLROnPlateau } from './reduce-lr-on-plateau.ts'

/** The learning rate after each epoch. */
const rates = async (options: ReduceLROnPlateauOptions, values: number[]): Promise<number[]> => {
  const callback = reduceLROnPlateau(options)
  const training = fakeTraining()
  await callback.onTrainBegin?.(training)
  const seen: number[] = []
  for (const [epoch, value] of values.entries()) {
    await callback.onEpochEnd?.(epoch, { val_loss: value, val_accuracy: value }, training)
    seen.push(Number(training.learningRate.toPrecision(6)))
  }
  return seen
}

describe('the rate', () => {
  it('falls when nothing gets better by minDelta', async () => {
    expect(await rates({ patience: 1, minDelta: 100 }, [3, 2])).toEqual([0.1, 0.01])
  })

  it('falls after every `patience` epochs', async () => {
    const options = { patience: 2, factor: 0.5 }
    expect(await rates(options, [1, 1, 1, 1, 1])).toEqual([0.1, 0.1, 0.05, 0.05, 0.025])
  })

  it('stays while the number gets better', async () => {
    const options = { patience: 2, factor: 0.5 }
    expect(await rates(options, [5, 6, 4, 5, 3, 4])).toEqual([0.1, 0.1, 0.1, 0.1, 0.1, 0.1])
  })

  it('never falls below minLearningRate', async () => {
    const options = { patience: 1, minDelta: 10, minLearningRate: 0.005 }
    expect(await rates(options, [1, 1, 1, 1])).toEqual([0.1, 0.01, 0.005, 0.005])
  })

  it('rests during the cooldown', async () => {
    const options = { patience: 1, minDelta: 100, cooldown: 2 }
    expect(await rates(options, [1, 1, 1, 1, 1])).toEqual([0.1, 0.01, 0.01, 0.001, 0.001])
  })

  it('follows numbers that go up', async () => {
    const options = { monitor: 'val_accuracy', patience: 1 }
    expect(await rates(options, [0.5, 0.6, 0.6])).toEqual([0.1, 0.1, 0.01])
  })

  it('has a minDelta of 1e-4 by default', async () => {
    expect(await rates({ patience: 1 }, [1, 0.99995, 0.9998])).toEqual([0.1, 0.01, 0.01])
  })

  it('falls for NaN', async () => {
    expect(await rates({ patience: 1 }, [1, Number.NaN])).toEqual([0.1, 0.01])
  })
})

it('puts the rate before the change into the logs', async () => {
  const callback = reduceLROnPlateau({ monitor: 'loss', patience: 1 })
  const training = fakeTraining()
  const logs = [{ loss: 1 }, { loss: 1 }] as Record<string, number>[]
  for (const [epoch, entry] of logs.entries()) await callback.onEpochEnd?.(epoch, entry, training)
  expect(logs).toEqual([
    { loss: 1, learningRate: 0.1 },
    { loss: 1, learningRate: 0.1 },
  ])
  expect(training.learningRate).toBeCloseTo(0.01)
})

it('forgets everything when used again, and does nothing without its number', async () => {
  const callback = reduceLROnPlateau({ monitor: 'loss', patience: 2, cooldown: 5 })
  const training = fakeTraining()
  for (const epoch of [0, 1, 2]) await callback.onEpochEnd?.(epoch, { loss: 1 }, training)
  expect(training.learningRate).toBeCloseTo(0.01)
  await callback.onTrainBegin?.(training)
  for (const epoch of [0, 1, 2]) await callback.onEpochEnd?.(epoch, { loss: 9 }, training)
  expect(training.learningRate).toBeCloseTo(0.001)
  for (const epoch of [3, 4, 5]) await callback.onEpochEnd?.(epoch, {}, training)
  expect(training.learningRate).toBeCloseTo(0.001)
  expect(training.warnings.length).toBe(1)
})

it('refuses factors that do not reduce', () => {
  for (const factor of [1, 1.5, 0, -1]) {
    const refused = refusal('argument', 'factor', String(factor))
    expect(() => reduceLROnPlateau({ factor })).toThrow(refused)
  }
})
