import { describe, expect, it } from 'vitest'
import { Graph } from './graph.ts'
import * as ops from './ops.ts'
import { evaluate, loadCore } from './testing/run.ts'

describe('ops.ts', () => {
  it('has a line for every op of the core, under its name', () => {
    // Backwards with a kernel of their own (`…Grad`) are called by the core alone.
    const forward = loadCore()
      .opNames()
      .filter((name) => !name.endsWith('Grad'))
    expect(Object.keys(ops).sort()).toEqual(forward.sort())
  })

  it('rejects operands that are all numbers', () => {
    expect(() => ops.add(1, 2)).toThrow(
      expect.objectContaining({ code: 'argument', message: expect.stringContaining('add: one') }),
    )
  })

  it('rejects operands of different graphs', () => {
    loadCore()
    const [a, b] = [new Graph().fill(1), new Graph().fill(1)]
    expect(() => ops.add(a, b)).toThrow('add: the operands belong to different graphs')
  })

  it('reports a shape mistake at the line that made it', () => {
    loadCore()
    const graph = new Graph()
    const [a, b] = [graph.input('a', 'float32', [2, 3]), graph.input('b', 'float32', [4, 3])]
    expect(() => ops.add(a, b)).toThrow(expect.objectContaining({ code: 'shape' }))
  })
})

const x = { shape: [2, 3], data: [1, -2, 3, 4, 5, -6] }

describe('the attributes of', () => {
  it('sum, max and argmax count axes from both ends', () => {
    const y = evaluate({ x }, ({ x }) => ({
      rows: ops.sum(x, [-1]),
      kept: ops.sum(x, [0], true),
      max: ops.max(x, -1, true),
      argmax: ops.argmax(x, -1),
    }))
    expect([...y.rows.data]).toEqual([2, 3])
    expect(y.kept).toEqual({ shape: [1, 3], data: Float32Array.of(5, 3, -3) })
    expect(y.max).toEqual({ shape: [2, 1], data: Float32Array.of(3, 5) })
    expect(y.argmax).toEqual({ shape: [2], data: Int32Array.of(2, 1) })
  })

  it('transpose, reshape, broadcastTo and sumTo are shapes', () => {
    const y = evaluate({ x }, ({ x }) => ({
      transposed: ops.transpose(x, [1, 0]),
      reshaped: ops.reshape(x, [3, 2]),
      broadcast: ops.broadcastTo(ops.sum(x, [0]), [2, 3]),
      summed: ops.sumTo(x, [3]),
    }))
    expect(y.transposed).toEqual({ shape: [3, 2], data: Float32Array.of(1, 4, -2, 5, 3, -6) })
    expect(y.reshaped.shape).toEqual([3, 2])
    expect([...y.broadcast.data]).toEqual([5, 3, -3, 5, 3, -3])
    expect([...y.summed.data]).toEqual([5, 3, -3])
  })

  it('matmul say which operand is swapped', () => {
    const y = evaluate({ x }, ({ x }) => ({
      inner: ops.matmul(x, x, false, true),
      outer: ops.matmul(x, x, true, false),
    }))
    expect(y.inner).toEqual({ shape: [2, 2], data: Float32Array.of(14, -24, -24, 77) })
    expect(y.outer.shape).toEqual([3, 3])
  })

  it('oneHot, gatherRows and scatterAddRows are sizes', () => {
    const rows = { shape: [3], data: [1, 0, 1], dtype: 'int32' as const }
    const y = evaluate({ x, rows }, ({ x, rows }) => ({
      hot: ops.oneHot(rows, 2),
      gathered: ops.gatherRows(x, rows),
      scattered: ops.scatterAddRows(ops.gatherRows(x, rows), rows, 2),
    }))
    expect([...y.hot.data]).toEqual([0, 1, 1, 0, 0, 1])
    expect([...y.gathered.data]).toEqual([4, 5, -6, 1, -2, 3, 4, 5, -6])
    expect([...y.scattered.data]).toEqual([1, -2, 3, 8, 10, -12])
  })

  it('leakyRelu, elu and gelu are their parameters', () => {
    const y = evaluate({ x: { shape: [2], data: [-1, 2] } }, ({ x }) => ({
      leaky: ops.leakyRelu(x, 0.25),
      elu: ops.elu(x, 2),
      exact: ops.gelu(x),
      approximate: ops.gelu(x, true),
    }))
    expect([...y.leaky.data]).toEqual([-0.25, 2])
    expect(y.elu.data[0]).toBeCloseTo(2 * (Math.exp(-1) - 1), 6)
    expect(y.exact.data[1]).toBeCloseTo(1.9544998, 6)
    expect(y.approximate.data[1]).toBeCloseTo(1.9545977, 6)
  })

  it('random ops are the stream and the shape', () => {
    const rng = { shape: [4], data: [1, 2, 0, 0], dtype: 'int32' as const }
    const y = evaluate({ rng }, ({ rng }) => ({
      one: ops.randomUniform(rng, 1, [50, 4]),
      two: ops.randomUniform(rng, 2, [50, 4]),
      cut: ops.randomTruncatedNormal(rng, 1, [500]),
    }))
    expect(y.one.shape).toEqual([50, 4])
    expect(y.one.data.every((v) => v >= 0 && v < 1)).toBe(true)
    expect(y.one.data).not.toEqual(y.two.data)
    expect(Math.max(...y.cut.data.map(Math.abs))).toBeLessThanOrEqual(2)
  })
})
