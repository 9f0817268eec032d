// Ops whose result is as large as the numbers make it. A graph does not know that, so they take
// tensors with numbers, outside of models, and answer at once.

import { GradloomError } from '../errors.ts'
import type { SymbolicTensor } from '../graph.ts'
import { sizeOf } from '../shape.ts'
import { asTensor, Tensor, type TensorLike } from '../tensor.ts'
import { around, axisOf, withAxis } from './axes.ts'

/** Numbers, not a tensor of a graph. */
type Given = TensorLike | SymbolicTensor

const concrete = (op: string, x: Given): Tensor => {
  if (typeof x !== 'object' || !('graph' in x)) return asTensor(x as TensorLike)
  throw new GradloomError(
    'unsupported',
    `${op}: the shape of its result depends on numbers, which a graph has not yet; pass a ` +
      'tensor(…) outside of models and jit.',
    { subject: op },
  )
}

const integers = (x: readonly number[]): Tensor<'int32'> =>
  new Tensor<'int32'>(Int32Array.from(x), [x.length])

/** Where x is not 0: along each axis the places of those elements, row by row. i32 [count] each. */
export const nonzero = (x: Given): Tensor<'int32'>[] => {
  const { elements, shape } = concrete('nonzero', x)
  const found = [...elements.keys()].filter((i) => elements[i] !== 0)
  return shape.map((size, axis) => {
    const inner = sizeOf(shape.slice(axis + 1))
    return integers(found.map((i) => Math.floor(i / inner) % size))
  })
}

/** What `unique` finds. */
export interface Unique {
  /** In rising order; NaN last, once. */
  readonly values: Tensor
  /** Where each of them stands first: i32 [count]. */
  readonly index: Tensor<'int32'>
  /** For each element (or slice) its number in `values`: i32 [n]. */
  readonly inverse: Tensor<'int32'>
  /** How often each of them occurs: i32 [count]. */
  readonly counts: Tensor<'int32'>
}

/** −1, 0 or 1; NaN is equal to itself and behind all others. */
const compare = (a: number, b: number): number =>
  a < b ? -1 : a > b ? 1 : Number(Number.isNaN(a)) - Number(Number.isNaN(b))

/** The different elements of x, or along `axis` its different slices. */
export const unique = (x: Given, axis?: number): Unique => {
  const given = concrete('unique', x)
  const { elements } = given
  const shape = axis === undefined ? [elements.length] : given.shape
  const at = axisOf('unique', shape, axis ?? 0)
  const [before, n, after] = around(shape, at)
  const inSlice = Array.from({ length: before * after }, (_, i) => {
    const outer = Math.floor(i / after)
    return outer * n * after + (i - outer * after)
  })
  const place = (row: number, i: number) => (inSlice[i] as number) + row * after
  const value = (row: number, i: number) => elements[place(row, i)] as number
  const order = (a: number, b: number): number => {
    for (let i = 0; i < inSlice.length; i++) {
      const sign = compare(value(a, i), value(b, i))
      if (sign !== 0) return sign
    }
    return 0
  }
  const inverse: number[] = []
  const [index, counts]: [number[], number[]] = [[], []]
  const rows = Array.from({ length: n }, (_, row) => row).sort((a, b) => order(a, b) || a - b)
  for (const row of rows) {
    const last = index.at(-1)
    if (last === undefined || order(last, row) !== 0) counts[index.push(row) - 1] = 0
    inverse[row] = index.length - 1
    counts[index.length - 1] = (counts[index.length - 1] as number) + 1
  }
  const kept = elements.slice(0, index.length * inSlice.length)
  index.forEach((row, k) => {
    for (let i = 0; i < inSlice.length; i++) {
      const outer = Math.floor(i / after)
      kept[(outer * index.length + k) * after + (i - outer * after)] = value(row, i)
    }
  })
  const values = new Tensor(kept, withAxis(shape, at, index.length))
  return { values, index: integers(index), inverse: integers(inverse), counts: integers(counts) }
}
