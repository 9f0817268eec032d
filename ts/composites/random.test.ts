import { describe, expect, it } from 'vitest'
import { evaluate } from '../testing/run.ts'
import * as ops from './index.ts'

const N = 20_000
const rng = { shape: [4], data: [1, 2, 3, 0], dtype: 'int32' as const }

/** Mean and standard deviation. */
const moments = (data: ArrayLike<number>): [number, number] => {
  const x = Array.from(data)
  const mean = x.reduce((a, b) => a + b, 0) / x.length
  return [mean, Math.sqrt(x.reduce((s, v) => s + (v - mean) ** 2, 0) / x.length)]
}

describe('random tensors', () => {
  const y = evaluate({ rng, logits: { shape: [2, 3], data: [0, 1, 2, -90, 5, -90] } }, (x) => {
    const draw = (stream: number) => ({ rng: x.rng, stream })
    const order = ops.randomPermutation(draw(6), 1000)
    return {
      uniform: ops.randomUniform(draw(0), [N], -1, 3),
      normal: ops.randomNormal(draw(1), [N], 2, 0.5),
      truncated: ops.randomTruncatedNormal(draw(2), [N], 1, 2),
      whole: ops.randomInt(draw(3), [N], -2, 3),
      coin: ops.randomBernoulli(draw(4), [N], 0.3),
      gumbel: ops.randomGumbel(draw(5), [N]),
      order,
      shuffled: ops.randomShuffle(draw(6), ops.arange(x.rng.graph, 1000)),
      classes: ops.randomCategorical(draw(7), x.logits, N),
      other: ops.randomUniform(draw(8), [N], -1, 3),
    }
  })

  it('have their distributions', () => {
    const near = (data: ArrayLike<number>, mean: number, std: number) => {
      const [m, s] = moments(data)
      expect(m).toBeCloseTo(mean, 1)
      expect(s).toBeCloseTo(std, 1)
    }
    near(y.uniform.data, 1, 4 / Math.sqrt(12))
    near(y.normal.data, 2, 0.5)
    near(y.truncated.data, 1, 2 * 0.8796)
    near(y.coin.data, 0.3, Math.sqrt(0.21))
    near(y.gumbel.data, 0.5772, Math.PI / Math.sqrt(6))
    expect(y.gumbel.data.every(Number.isFinite)).toBe(true)
  })

  it('are whole numbers from low to below high, all as often', () => {
    const counts = [-2, -1, 0, 1, 2].map((v) => y.whole.data.filter((w) => w === v).length)
    expect(counts.reduce((a, b) => a + b)).toBe(N)
    for (const count of counts) expect(count / N).toBeCloseTo(0.2, 1)
  })

  it('are classes by the softmax of the logits', () => {
    const [row, sure] = [y.classes.data.slice(0, N), y.classes.data.slice(N)]
    const total = 1 + Math.E + Math.E ** 2
    for (const [i, p] of [1 / total, Math.E / total, Math.E ** 2 / total].entries()) {
      expect(row.filter((c) => c === i).length / N).toBeCloseTo(p, 1)
    }
    expect(sure.every((c) => c === 1)).toBe(true)
    expect(y.classes.shape).toEqual([2, N])
  })

  it('are permutations: all once, not in order, the same in a shuffle', () => {
    const all = Int32Array.from({ length: 1000 }, (_, i) => i)
    expect(y.order.data).not.toEqual(all)
    expect(y.order.data.slice().sort()).toEqual(all)
    expect(y.shuffled.data).toEqual(y.order.data)
  })

  it('differ by stream', () => {
    expect(y.other.data).not.toEqual(y.uniform.data)
  })
})
