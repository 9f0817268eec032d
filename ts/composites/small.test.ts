import { describe, expect, it } from 'vitest'
import type { SymbolicTensor } from '../graph.ts'
import { evaluate } from '../testing/run.ts'
import * as ops from './index.ts'

const x = { shape: [2, 3], data: [-1, 2, 0, 4, -5, 6] }

const values = (make: (x: SymbolicTensor) => SymbolicTensor) => {
  const { y } = evaluate({ x }, (given) => ({ y: make(given.x) }))
  return { shape: [...y.shape], data: Array.from(y.data) }
}

describe.each<[string, (x: SymbolicTensor) => SymbolicTensor, number[], number[]]>([
  ['abs', (x) => ops.abs(x), [2, 3], [1, 2, 0, 4, 5, 6]],
  ['amax', (x) => ops.amax(x, 0), [3], [4, 2, 6]],
  ['amin', (x) => ops.amin(x, 1), [2], [-1, -5]],
  ['var', (x) => ops.var(ops.slice(x, [0, 0], [2, 2]), 1), [2], [2.25, 20.25]],
  ['ones', (x) => ops.ones(x.graph, [2, 1]), [2, 1], [1, 1]],
  ['zerosLike', (x) => ops.zerosLike(x), [2, 3], [0, 0, 0, 0, 0, 0]],
  ['fullLike', (x) => ops.fullLike(x, 2.5), [2, 3], [2.5, 2.5, 2.5, 2.5, 2.5, 2.5]],
  ['identity', (x) => ops.identity(x.graph, 2), [2, 2], [1, 0, 0, 1]],
  ['constant', (x) => ops.constant(x.graph, [1, 2], [1, 2]), [1, 2], [1, 2]],
  ['sliceAxis', (x) => ops.sliceAxis(x, 1, 1, 3), [2, 2], [2, 0, -5, 6]],
])('%s', (_, make, shape, data) => {
  it('gives what NumPy gives', () => {
    expect(values(make)).toEqual({ shape, data })
  })
})

describe('broadcastShape', () => {
  it('is that of NumPy', () => {
    expect(ops.broadcastShape('add', [2, 1, 3], [4, 1], [])).toEqual([2, 4, 3])
    expect(() => ops.broadcastShape('add', [2], [3])).toThrow(/add: .*\[2\].*\[3\]/)
  })
})
