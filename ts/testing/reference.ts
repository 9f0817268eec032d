// The values recorded from Keras in `test/reference`, and the comparison with them. Not part of the
// package.

import { readFileSync } from 'node:fs'
import { expect } from 'vitest'

/** A tensor of a reference file, row-major. */
export interface Recorded {
  readonly shape: readonly number[]
  readonly data: readonly number[]
}

/** A reference file; see `test/reference/README.md` for the fields. */
export const reference = <T>(name: string): T => {
  const file = new URL(`../../test/reference/${name}.json`, import.meta.url)
  return JSON.parse(readFileSync(file, 'utf8')) as T
}

/** max |actual − expected| / max |expected| (or 1 where all are 0); NaN counts as ∞. */
export const deviation = (actual: ArrayLike<number>, expected: ArrayLike<number>): number => {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY
  let most = 0
  let scale = 0
  for (let i = 0; i < expected.length; i++) {
    const wanted = expected[i] as number
    const difference = Math.abs((actual[i] as number) - wanted)
    most = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(most, difference)
    scale = Math.max(scale, Math.abs(wanted))
  }
  return most / (scale || 1)
}

/** Fails, showing both, where `actual` is further from `expected` than `tolerance`. */
export const expectClose = (
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
): void => {
  if (deviation(actual, expected) <= tolerance) return
  expect(Array.from(actual)).toEqual(Array.from(expected))
  expect.fail(`further apart than ${tolerance}`)
}

/** Like `expectClose`, element by element: |actual − expected| ≤ relative·|expected| + absolute. */
export const expectEachClose = (
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  relative: number,
  absolute: number,
): void => {
  expect(actual.length).toBe(expected.length)
  for (let i = 0; i < expected.length; i++) {
    const [got, wanted] = [actual[i] as number, expected[i] as number]
    const near = got === wanted || Math.abs(got - wanted) <= relative * Math.abs(wanted) + absolute
    if (!near) expect.fail(`element ${i} is ${got}, not ${wanted}`)
  }
}
