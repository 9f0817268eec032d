import { describe, expect, it } from 'vitest'
import { reshape } from './reshape.ts'

describe('reshape', () => {
  it.each([[[0]], [[-2]], [[-1, -1]], [[1.5]], [7]])(
    'rejects the targetShape %j',
    (targetShape) => {
      expect(() => reshape({ targetShape: targetShape as number[] })).toThrow(
        /^reshape: targetShape must be an array of positive whole numbers/,
      )
    },
  )

  it('copies its shape into the config', () => {
    expect(reshape({ targetShape: [2, -1] }).config()).toEqual({ targetShape: [2, -1] })
  })
})
