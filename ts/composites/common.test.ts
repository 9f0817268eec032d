import { describe, expect, it } from 'vitest'
import { Graph, type SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import { evaluate, loadCore } from '../testing/run.ts'
import * as composites from './common.ts'

const x = { shape: [2, 3], data: [1, 2, 3, 4, 5, 9] }

describe('mean and variance', () => {
  it('go over all elements, or over axes', () => {
    const y = evaluate({ x }, ({ x }) => ({
      all: composites.mean(x),
      kept: composites.mean(x, undefined, true),
      rows: composites.mean(x, [1]),
      none: composites.mean(x, []),
      variance: composites.variance(x, [1]),
      variances: composites.variance(x, [0], true),
      whole: composites.variance(x),
      samples: composites.meanPerSample(x),
    }))
    expect(y.all).toEqual({ shape: [], data: Float32Array.of(4) })
    expect(y.kept).toEqual({ shape: [1, 1], data: Float32Array.of(4) })
    expect([...y.rows.data]).toEqual([2, 6])
    expect([...y.none.data]).toEqual(x.data)
    expect([...y.variance.data]).toEqual([Math.fround(2 / 3), Math.fround(14 / 3)])
    expect(y.variances).toEqual({ shape: [1, 3], data: Float32Array.of(2.25, 2.25, 9) })
    expect(y.whole.data[0]).toBeCloseTo(40 / 6, 5)
    expect([...y.samples.data]).toEqual([2, 6])
  })
})

describe('sumAll', () => {
  it.each([[[]], [[1]], [[7, 3]], [[4096]], [[4097]], [[100, 123]], [[2, 3, 4096 * 4]]])(
    'of shape %j is the sum, with a gradient of ones',
    (shape) => {
      const size = shape.reduce((n: number, d) => n * d, 1)
      const data = Float32Array.from({ length: size }, (_, i) => (i % 16) / 8 - 0.5)
      const y = evaluate({ x: { shape, data } }, ({ x }, graph) => {
        const total = composites.sumAll(x)
        const [dx = total] = graph.gradients(total, [x])
        return { total, dx }
      })
      expect(y.total).toEqual({ shape: [], data: Float32Array.of(data.reduce((a, b) => a + b, 0)) })
      expect(y.dx).toEqual({ shape, data: new Float32Array(size).fill(1) })
    },
  )
})

it('sumAll sums big tensors in runs that threads can share', () => {
  loadCore()
  const graph = new Graph()
  graph.output('small', composites.sumAll(graph.input('a', 'float32', [4096])))
  expect(graph.print()).not.toContain('chunkSums')
  graph.output('big', composites.sumAll(graph.input('b', 'float32', [4097])))
  expect(graph.print()).toContain('chunkSums')
})

describe('norms', () => {
  it('are of one tensor, and of all together', () => {
    const y = evaluate({ x: { shape: [2], data: [3, 4] } }, ({ x }) => ({
      one: composites.norm(x),
      all: composites.globalNorm([x, ops.mul(x, 2), ops.mul(x, 2)]),
    }))
    expect([y.one.data[0], y.all.data[0]]).toEqual([5, 15])
  })
})

describe('softmaxAlong', () => {
  it('sums to one along its axis', () => {
    const y = evaluate({ x }, ({ x }) => ({
      columns: ops.sum(composites.softmaxAlong(x, 0), [0]),
      rows: ops.sum(composites.softmaxAlong(x, -1), [1]),
    }))
    for (const v of [...y.columns.data, ...y.rows.data]) expect(v).toBeCloseTo(1, 6)
  })
})

describe('binaryFromLogits', () => {
  it('has the right gradient at 0 and far out', () => {
    const logits = { shape: [4], data: [0, 0, 90, -90] }
    const targets = { shape: [4], data: [0, 1, 0, 1] }
    const y = evaluate({ logits, targets }, ({ logits, targets }, graph) => {
      const loss = composites.binaryFromLogits(targets, logits)
      const [dx = loss] = graph.gradients(composites.sumAll(loss), [logits])
      return { loss, dx }
    })
    expect([...y.dx.data]).toEqual([0.5, -0.5, 1, -1])
    expect(y.loss.data[2]).toBe(90)
  })
})

describe('logitsOf', () => {
  it('is known for the activation that made the probabilities only', () => {
    evaluate({ x }, ({ x }) => {
      const p = ops.softmax(x)
      expect(composites.logitsOf(p, 'softmax')).toBe(x)
      expect(composites.logitsOf(p, 'sigmoid')).toBeUndefined()
      expect(composites.logitsOf(x, 'softmax')).toBeUndefined()
      return { p }
    })
  })
})

describe('labelsLike and labelsOf', () => {
  const shapes = (
    given: readonly number[],
    wanted: readonly number[],
    match: (subject: string, y: SymbolicTensor, p: SymbolicTensor) => SymbolicTensor,
  ) => {
    const zeros = (shape: readonly number[]) => ({
      shape,
      data: new Float32Array(shape.reduce((n, d) => n * d, 1)),
    })
    return evaluate({ y: zeros(given), p: zeros(wanted) }, ({ y, p }) => ({ y: match('l', y, p) }))
      .y.shape
  }

  it('let a column stand for a vector and the reverse', () => {
    expect(shapes([4], [4, 1], composites.labelsLike)).toEqual([4, 1])
    expect(shapes([4, 1], [4], composites.labelsLike)).toEqual([4])
    expect(shapes([4, 1], [4, 3], composites.labelsOf)).toEqual([4])
    expect(shapes([4, 2], [4, 2, 3], composites.labelsOf)).toEqual([4, 2])
  })

  it('broadcast nothing', () => {
    expect(() => shapes([4, 1], [4, 3], composites.labelsLike)).toThrow('l: expected labels')
    expect(() => shapes([1], [4, 3], composites.labelsOf)).toThrow('l: expected labels')
  })
})
