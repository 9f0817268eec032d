import { describe, expect, it } from 'vitest'
import { sumAll } from '../composites/common.ts'
import { refusal } from '../testing/refusal.ts'
import { evaluate, passOver } from '../testing/run.ts'
import { dropout } from './dropout.ts'

const SIZE = 4000
const ones = { shape: [40, 100], data: new Float32Array(SIZE).fill(1) }

/** y and dy/dx of a dropout of ones. `rng`: seed low, seed high, step, row offset. */
const dropped = (rate: number, rng = [1, 2, 0, 0], stream = 0) => {
  const layer = dropout({ rate })
  layer.stream = stream
  const inputs = { x: ones, rng: { shape: [4], data: rng, dtype: 'int32' as const } }
  return evaluate(inputs, ({ x, rng }, graph) => {
    const y = layer.call(x, passOver(graph, true, rng))
    const [dx = y] = graph.gradients(sumAll(y), [x])
    return { y, dx }
  })
}

describe('dropout', () => {
  it.each([1, -0.1, Number.NaN, 2])('rejects the rate %s', (rate) => {
    expect(() => dropout({ rate, name: 'd' })).toThrow(
      /^dropout "d": rate must be a number in \[0, 1\), but it is /,
    )
  })

  it('does nothing at inference, nor at rate 0', () => {
    evaluate({ x: ones }, ({ x }, graph) => {
      expect(dropout({ rate: 0.5 }).call(x, passOver(graph))).toBe(x)
      expect(dropout({ rate: 0 }).call(x, passOver(graph, true))).toBe(x)
      return { x }
    })
  })

  it.each([0.1, 0.5, 0.9])('drops that part at rate %s and scales up the others', (rate) => {
    const { y } = dropped(rate)
    const scale = Math.fround(1 / (1 - rate))
    expect([...new Set(y.data)].sort()).toEqual([0, scale])
    const zeros = y.data.filter((v) => v === 0).length
    expect(Math.abs(zeros / SIZE - rate)).toBeLessThan(5 * Math.sqrt((rate * (1 - rate)) / SIZE))
  })

  it('drops together what one number is drawn for', () => {
    const shaped = (noiseShape: (number | null)[]) => {
      const layer = dropout({ rate: 0.5, noiseShape, name: 'd' })
      const { y } = evaluate({ x: { shape: [40, 5, 20], data: ones.data } }, ({ x }, graph) => ({
        y: layer.call(x, passOver(graph, true)),
      }))
      return y.data
    }
    const rows = shaped([null, 1, 20])
    const at = (b: number, t: number, c: number) => rows[(b * 5 + t) * 20 + c]
    for (let i = 0; i < 800; i++) {
      const [b, c] = [Math.floor(i / 20), i % 20]
      expect(new Set([0, 1, 2, 3, 4].map((t) => at(b, t, c))).size).toBe(1)
    }
    expect(new Set(rows)).toEqual(new Set([0, 2]))
    expect(shaped([null, 5, null])).toEqual(shaped([null, null, null]))
    expect(() => shaped([null, 4, 20])).toThrow(refusal('shape', 'dropout "d"', '[batch, 4, 20]'))
    expect(() => shaped([null, 1])).toThrow(refusal('shape', '[batch, 5, 20]'))
  })

  it('lets gradients through where it lets values through', () => {
    const { y, dx } = dropped(0.5)
    expect(dx.data).toEqual(y.data)
  })

  it('draws anew for another step, seed and layer, and the same again for the same', () => {
    const first = dropped(0.5).y.data
    expect(dropped(0.5).y.data).toEqual(first)
    expect(dropped(0.5, [1, 2, 1, 0]).y.data).not.toEqual(first)
    expect(dropped(0.5, [2, 2, 0, 0]).y.data).not.toEqual(first)
    expect(dropped(0.5, [1, 2, 0, 0], 1).y.data).not.toEqual(first)
  })

  it('draws the rows of a shard as in the whole batch', () => {
    const whole = dropped(0.5).y.data
    const second = dropped(0.5, [1, 2, 0, 20]).y.data
    expect(second.subarray(0, 2000)).toEqual(whole.subarray(2000))
  })
})
