// The size of slices. The walks themselves are tested with the core, in `pool.test.ts`.

import { expect, it } from 'vitest'
import { nextSlice } from './steps.ts'

it.each([
  ['grows fourfold at most', 1, 0.001, 4],
  ['takes about 8 ms', 100, 4, 200],
  ['shrinks at once', 100, 80, 10],
  ['is one slow step at least', 1, 500, 1],
  ['knows clocks that stand still', 16, 0, 64],
])('%s', (_, steps, ms, next) => {
  expect(nextSlice(steps, ms)).toBe(next)
})
