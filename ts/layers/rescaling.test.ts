import { describe, expect, it } from 'vitest'
import { evaluate } from '../testing/run.ts'
import { rescaling } from './rescaling.ts'

describe('rescaling', () => {
  it('scales each element of the last axis by its own number', () => {
    const layer = rescaling({ scale: [2, 10], offset: [0, 1] })
    const { y } = evaluate({ x: { shape: [2, 2], data: [1, 2, 3, 4] } }, ({ x }) => ({
      y: layer.call(x),
    }))
    expect(y.data).toEqual(Float32Array.of(2, 21, 6, 41))
  })

  it('takes integers', () => {
    const x = { shape: [3], data: [0, 128, 255], dtype: 'int32' as const }
    const { y } = evaluate({ x }, ({ x }) => ({ y: rescaling({ scale: 0.5 }).call(x) }))
    expect(y.data).toEqual(Float32Array.of(0, 64, 127.5))
  })

  it.each([Number.NaN, [], [1, Number.NaN], '2'])('rejects the scale %j', (scale) => {
    expect(() => rescaling({ scale: scale as number })).toThrow(/^rescaling: scale must be a/)
  })
})
