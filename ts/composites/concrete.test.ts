import { beforeAll, describe, expect, it } from 'vitest'
import { Graph } from '../graph.ts'
import { tensor } from '../tensor.ts'
import { refusal } from '../testing/refusal.ts'
import { loadCore } from '../testing/run.ts'
import * as ops from './index.ts'

beforeAll(() => void loadCore())

const lists = (found: readonly { elements: ArrayLike<number> }[]) =>
  found.map(({ elements }) => Array.from(elements))

describe('nonzero', () => {
  it('names the places along each axis, as NumPy does', () => {
    const x = tensor([
      [0, 3, 0],
      [-1, 0, Number.NaN],
    ])
    expect(lists(ops.nonzero(x))).toEqual([
      [0, 1, 1],
      [1, 0, 2],
    ])
    expect(lists(ops.nonzero([0, 0]))).toEqual([[]])
    expect(ops.nonzero([1])[0]?.dtype).toBe('int32')
  })
})

describe('unique', () => {
  it('gives the elements in order, where they stood, and how often, as NumPy does', () => {
    const { values, index, inverse, counts } = ops.unique([
      [3, 1, Number.NaN],
      [1, 3, Number.NaN],
    ])
    expect([...values.elements]).toEqual([1, 3, Number.NaN])
    expect(lists([index, inverse, counts])).toEqual([
      [1, 0, 2],
      [1, 0, 2, 0, 1, 2],
      [2, 2, 2],
    ])
  })

  it('gives the different slices along an axis', () => {
    const x = tensor(Int32Array.of(2, 1, 2, 1, 5, 1, 5, 0), [2, 4])
    const columns = ops.unique(x, 1)
    expect(columns.values).toMatchObject({ shape: [2, 3], dtype: 'int32' })
    expect([...columns.values.elements]).toEqual([1, 1, 2, 0, 1, 5])
    expect(lists([columns.index, columns.inverse, columns.counts])).toEqual([
      [3, 1, 0],
      [2, 1, 2, 0],
      [1, 1, 2],
    ])
    const rows = ops.unique(tensor([[[1, 2]], [[0, 9]], [[1, 2]]]), 0)
    expect(rows.values.shape).toEqual([2, 1, 2])
    expect([...rows.values.elements]).toEqual([0, 9, 1, 2])
  })
})

it.each([
  ['nonzero', ops.nonzero],
  ['unique', ops.unique],
] as const)('%s of a tensor of a graph is refused', (name, op) => {
  const x = new Graph().input('x', 'float32', [2])
  expect(() => op(x)).toThrow(refusal('unsupported', name, 'tensor('))
  expect(() => ops.unique([1], 2)).toThrow(refusal('shape', 'unique', 'axis 2'))
})
