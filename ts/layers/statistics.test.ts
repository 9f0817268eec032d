import { describe, expect, it } from 'vitest'
import { placesOf, statisticsOf } from './statistics.ts'

describe('placesOf', () => {
  it.each([
    [[3], [1], [0, 1, 2]],
    [[3], [], [0, 0, 0]],
    [[2, 3], [2], [0, 1, 2, 0, 1, 2]],
    [[2, 3], [1], [0, 0, 0, 1, 1, 1]],
    [
      [2, 3],
      [1, 2],
      [0, 1, 2, 3, 4, 5],
    ],
    [
      [2, 2, 2],
      [1, 3],
      [0, 1, 0, 1, 2, 3, 2, 3],
    ],
  ])('of samples %j along %j', (sample, kept, places) => {
    expect([...placesOf(sample, kept)]).toEqual(places)
  })
})

describe('statisticsOf', () => {
  it('takes mean and variance along the kept axes', () => {
    const { mean, variance, count } = statisticsOf([1, 10, 2, 20, 3, 60], [2], [1])
    expect([...mean]).toEqual([2, 30])
    expect(variance[0]).toBe(Math.fround(2 / 3))
    expect(variance[1]).toBe(Math.fround(1400 / 3))
    expect([...count]).toEqual([3])
  })

  it('takes one mean of everything where no axis is kept', () => {
    expect([...statisticsOf([1, 2, 3, 6], [2], []).mean]).toEqual([3])
  })
})
