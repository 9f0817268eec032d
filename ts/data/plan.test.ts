// Batch sizes, and Keras's rule for the validation split.

import { expect, it } from 'vitest'
import { refusal } from '../testing/refusal.ts'
import { arraysToBatches, trainingSamples } from './plan.ts'

it.each([
  [100, 32, { full: 3, last: 4, steps: 4 }],
  [96, 32, { full: 3, last: 0, steps: 3 }],
  [5, 32, { full: 0, last: 5, steps: 1 }],
  [1, 1, { full: 1, last: 0, steps: 1 }],
  [0, 32, { full: 0, last: 0, steps: 0 }],
])('%d samples in batches of %d', (samples, size, plan) => {
  expect(arraysToBatches(samples, size)).toEqual({ samples, size, ...plan })
})

it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])(
  'refuses a batch size of %d',
  (size) => {
    expect(() => arraysToBatches(10, size)).toThrow(refusal('argument', 'batchSize', String(size)))
  },
)

it('splits as Keras does', () => {
  expect(trainingSamples(30, 0.25)).toBe(22)
  expect(trainingSamples(10, 0.1)).toBe(9)
  expect(trainingSamples(10, 0.3)).toBe(7)
  expect(trainingSamples(3, 0.5)).toBe(1)
})

it.each([
  [1, 0.5],
  [3, 0.9],
  [10, 1],
  [10, 0],
  [10, -0.1],
  [10, Number.NaN],
])('refuses to split %d samples by %d', (samples, split) => {
  const refused = refusal('argument', 'validationSplit', String(split))
  expect(() => trainingSamples(samples, split)).toThrow(refused)
})
