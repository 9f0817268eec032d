// The direction of the built-in names, and what counts as an improvement.

import { describe, expect, it } from 'vitest'
import { refusal } from '../testing/refusal.ts'
import { fakeTraining } from '../testing/training.ts'
import { type Mode, monitorOf } from './monitor.ts'

const isUp = (monitor: string, mode?: Mode): boolean =>
  monitorOf('test', mode ? { monitor, mode } : { monitor }).improves(2, 1)

describe('direction', () => {
  it.each([
    'loss',
    'val_loss',
    'meanSquaredError',
    'val_meanAbsoluteError',
    'rootMeanSquaredError',
    'mse',
    'val_mae',
    'huber',
    'binaryCrossentropy',
    'val_categoricalCrossEntropy',
    'hinge',
  ])('%s goes down', (name) => expect(isUp(name)).toBe(false))

  it.each([
    'accuracy',
    'val_accuracy',
    'acc',
    'binaryAccuracy',
    'sparseCategoricalAccuracy',
    'auc',
    'f1Score',
    'precision',
    'val_recall',
    'cosineSimilarity',
  ])('%s goes up', (name) => expect(isUp(name)).toBe(true))

  it('is what mode says', () => {
    expect(isUp('val_mse', 'max')).toBe(true)
    expect(isUp('accuracy', 'min')).toBe(false)
    expect(isUp('unknown', 'max')).toBe(true)
  })

  it('of unknown names must be given', () => {
    const refused = refusal('argument', 'earlyStopping', "'unknown'", 'mode')
    expect(() => monitorOf('earlyStopping', { monitor: 'unknown' })).toThrow(refused)
    const mode = 'minimum' as 'min'
    expect(() => monitorOf('test', { mode })).toThrow(
      refusal('unknown-name', 'minimum', 'min, max'),
    )
  })
})

describe('improvement', () => {
  it.each([
    ['min', 0, 0.9, true],
    ['min', 0, 1, false],
    ['min', 0.2, 0.9, false],
    ['min', 0.2, 0.7, true],
    ['min', -0.2, 0.9, false],
    ['max', 0, 1.1, true],
    ['max', 0.2, 1.1, false],
    ['max', -0.2, 1.3, true],
    ['min', 0, Number.NaN, false],
    ['max', 0, Number.NaN, false],
  ] as const)('%s, minDelta %d: %d against 1 → %s', (mode, minDelta, value, better) => {
    expect(monitorOf('test', { mode, minDelta }).improves(value, 1)).toBe(better)
  })

  it('beats nothing, unless it is NaN', () => {
    expect(monitorOf('test', {}).improves(7, undefined)).toBe(true)
    expect(monitorOf('test', {}).improves(Number.NaN, undefined)).toBe(false)
  })
})

it('warns once about a number that is not there', () => {
  const monitor = monitorOf('earlyStopping', { monitor: 'val_loss' })
  const training = fakeTraining()
  expect(monitor.read({ loss: 1, accuracy: 2 }, training)).toBeUndefined()
  expect(monitor.read({ loss: 1, accuracy: 2 }, training)).toBeUndefined()
  expect(training.warnings).toEqual([
    "earlyStopping: no 'val_loss' in the logs; there are loss, accuracy",
  ])
  expect(monitor.read({ val_loss: 0 }, training)).toBe(0)
  const inherited = monitorOf('test', { monitor: 'toString', mode: 'min' })
  expect(inherited.read({}, training)).toBeUndefined()
})
