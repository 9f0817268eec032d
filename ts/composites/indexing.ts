// Reading and writing by index: take, gather, scatter, and NumPy's indexing with slices and index
// tensors. All of it is integer arithmetic and the core's `gatherRows` and `scatterAddRows`.
// Negative indices count from the end. What is out of range reads NaN (−1 in i32) and is not
// written.

import { oneOf } from '../checks.ts'
import * as ops from '../ops.ts'
import { type Shape, showShape, sizeOf } from '../shape.ts'
import { add, maximum, minimum, multiply, where } from './arithmetic.ts'
import { around, axisOf, shapeError, type Tensor, withAxis } from './axes.ts'
import { segmentMax, segmentMin, segmentProd, segmentSum } from './segments.ts'
import {
  broadcastShape,
  broadcastTo,
  expandDims,
  moveaxis,
  slice,
  squeeze,
  unstack,
} from './shape.ts'

/** Counted from the start: what is below 0 counts from the end. */
const fromStart = (index: Tensor, size: number): Tensor =>
  ops.where(ops.integer('less', index, 0), ops.integer('add', index, size), index)

const inRange = (index: Tensor, size: number): Tensor =>
  ops.mul(ops.integer('less', -1, index), ops.integer('less', index, size))

/** The place of an element, given its index along each axis: −1 where one is out of range. */
const places = (indices: readonly Tensor[], sizes: Shape): Tensor => {
  const at = indices.map((index, i) => fromStart(index, sizes[i] as number))
  if (at.length === 1) return at[0] as Tensor
  const valid = at
    .map((index, i) => inRange(index, sizes[i] as number))
    .reduce((a, b) => ops.mul(a, b))
  const flat = at.reduce((sum, index, i) =>
    ops.integer('add', ops.integer('mul', sum, sizes[i] as number), index),
  )
  return where(valid, flat, -1)
}

/** x: [rows…, rest…] at indices (of one shape) along its first axes: [index…, rest…] */
const gatherLeading = (x: Tensor, indices: readonly Tensor[]): Tensor => {
  const sizes = x.shape.slice(0, indices.length)
  const rest = x.shape.slice(indices.length)
  const at = places(indices, sizes)
  const rows = ops.reshape(x, [sizeOf(sizes), ...rest])
  const gathered = ops.gatherRows(rows, ops.reshape(at, [sizeOf(at.shape)]))
  return ops.reshape(gathered, [...at.shape, ...rest])
}

const count = (x: Tensor, n: number, step: number, shape: Shape): Tensor =>
  x.graph.constant(
    Int32Array.from({ length: n }, (_, i) => i * step),
    shape,
  )

/** The elements that `indices` (i32, any shape) name along `axis`, whose place they take. */
export const take = (x: Tensor, indices: Tensor, axis?: number): Tensor => {
  if (axis === undefined) return take(ops.reshape(x, [sizeOf(x.shape)]), indices, 0)
  const at = axisOf('take', x.shape, axis)
  const [before, size, after] = around(x.shape, at)
  const shape = withAxis(x.shape, at, ...indices.shape)
  if (before === 1) {
    return ops.reshape(gatherLeading(ops.reshape(x, [size, after]), [indices]), shape)
  }
  const flat = ops.reshape(fromStart(indices, size), [1, sizeOf(indices.shape)])
  const row = ops.integer('add', flat, count(x, before, size, [before, 1]))
  const rows = ops.reshape(where(inRange(flat, size), row, -1), [sizeOf(row.shape)])
  return ops.reshape(ops.gatherRows(ops.reshape(x, [before * size, after]), rows), shape)
}

/** Element `indices[…, j, …]` along `axis` for each j; the other axes broadcast. */
export const takeAlongAxis = (x: Tensor, indices: Tensor, axis = -1): Tensor => {
  if (indices.shape.length !== x.shape.length) {
    throw shapeError(
      'takeAlongAxis',
      `${showShape(x.shape)} and ${showShape(indices.shape)} have different numbers of axes`,
    )
  }
  const at = axisOf('takeAlongAxis', x.shape, axis)
  const others = broadcastShape(
    'takeAlongAxis',
    withAxis(x.shape, at, 1),
    withAxis(indices.shape, at, 1),
  )
  const n = indices.shape[at] as number
  const index = ops.broadcastTo(indices, withAxis(others, at, n))
  const whole = ops.broadcastTo(x, withAxis(others, at, x.shape[at] as number))
  const [before, size, after] = around(whole.shape, at)
  const flat = fromStart(ops.reshape(index, [before, n, after]), size)
  const start = ops.integer(
    'add',
    count(x, before, size * after, [before, 1, 1]),
    count(x, after, 1, [1, 1, after]),
  )
  const place = ops.integer('add', ops.integer('mul', flat, after), start)
  const list = ops.reshape(where(inRange(flat, size), place, -1), [before * n * after])
  return ops.reshape(ops.gatherRows(ops.reshape(whole, [sizeOf(whole.shape)]), list), index.shape)
}

/** Index lists in the last axis, one tensor for each place in it. */
const indexColumns = (op: string, indices: Tensor, rank: number): Tensor[] => {
  const n = indices.shape.at(-1)
  if (n !== undefined && n > 0 && n <= rank) return unstack(indices, -1)
  throw shapeError(op, `indices ${showShape(indices.shape)} do not name places in ${rank} axes`)
}

/** x[indices[…, 0], indices[…, 1], …]: [index…, rest…] */
export const gatherNd = (x: Tensor, indices: Tensor): Tensor =>
  gatherLeading(x, indexColumns('gatherNd', indices, x.shape.length))

/** Zeros of `shape` with `values` added at `indices`: i32 [..., k]. */
export const scatter = (indices: Tensor, values: Tensor, shape: Shape): Tensor => {
  const columns = indexColumns('scatter', indices, shape.length)
  const at = places(columns, shape)
  const [sizes, rest] = [shape.slice(0, columns.length), shape.slice(columns.length)]
  const [n, total] = [sizeOf(at.shape), sizeOf(sizes)]
  const list = ops.reshape(at, [n])
  if (values.dtype === 'int32') {
    return ops.reshape(segmentSum(ops.reshape(values, [n, ...rest]), list, total), shape)
  }
  // What is not written has gradient 0.
  const written = ops.reshape(inRange(list, total), [n, ...rest.map(() => 1)])
  const rows = ops.where(written, ops.reshape(values, [n, ...rest]), 0)
  return ops.reshape(ops.scatterAddRows(rows, list, total), shape)
}

/** x with `updates` added at `indices`: i32 [..., k]. */
export const scatterAdd = (x: Tensor, indices: Tensor, updates: Tensor): Tensor =>
  add(x, scatter(indices, updates, x.shape))

/** What becomes of an element and all that is written there. */
export type Reduction = 'add' | 'max' | 'min' | 'mul'

const COMBINED = {
  max: [segmentMax, maximum],
  min: [segmentMin, minimum],
  mul: [segmentProd, multiply],
} as const

/**
 * x with `updates` written at `indices`: i32 [..., k]; the last of equal indices wins. With a
 * `reduction`, old and new elements are added or multiplied, or the largest or smallest is kept.
 */
export const scatterUpdate = (
  x: Tensor,
  indices: Tensor,
  updates: Tensor,
  reduction?: Reduction,
): Tensor => {
  if (reduction === 'add') return scatterAdd(x, indices, updates)
  if (reduction) oneOf('scatterUpdate', 'reduction', reduction, ['add', 'max', 'min', 'mul'])
  const columns = indexColumns('scatterUpdate', indices, x.shape.length)
  const at = places(columns, x.shape)
  const [sizes, rest] = [x.shape.slice(0, columns.length), x.shape.slice(columns.length)]
  const [n, total] = [sizeOf(at.shape), sizeOf(sizes)]
  const [list, rows] = [ops.reshape(at, [n]), ops.reshape(updates, [n, ...rest])]
  if (reduction) {
    const [segments, combine] = COMBINED[reduction]
    return combine(x, ops.reshape(segments(rows, list, total), x.shape))
  }
  const last = ops.lastPlaces(list, total)
  const written = ops.reshape(ops.integer('less', -1, last), [total, ...rest.map(() => 1)])
  const taken = ops.gatherRows(rows, last)
  return ops.reshape(ops.where(written, taken, ops.reshape(x, [total, ...rest])), x.shape)
}

/** x with `updates` in the box that begins at `start`. */
export const sliceUpdate = (x: Tensor, start: readonly number[], updates: Tensor): Tensor => {
  const steps = x.shape.map(() => 1)
  const mask = ops.place(x.graph.fill(1, updates.shape), x.shape, start, steps, 0)
  return ops.where(mask, ops.place(updates, x.shape, start, steps, 0), x)
}

/** Start, end and step of a slice; null for NumPy's default. */
export type Range = readonly [start: number | null, stop?: number | null, step?: number | null]
/** A place, a slice, a new axis (null), all axes that are not named ('...'), or i32 indices. */
export type Key = number | Range | null | '...' | Tensor

const isTensorKey = (key: Key | undefined): key is Tensor =>
  typeof key === 'object' && key !== null && 'graph' in key

/** Start, size and step of a NumPy slice of an axis of `n`. */
const rangeOf = ([start, stop, by]: Range, n: number): [number, number, number] => {
  const step = by ?? 1
  const [lo, hi] = step > 0 ? [0, n] : [-1, n - 1]
  const cut = (at: number) => Math.min(hi, Math.max(lo, at < 0 ? at + n : at))
  const from = start == null ? (step > 0 ? lo : hi) : cut(start)
  const to = stop == null ? (step > 0 ? hi : lo) : cut(stop)
  const size = Math.max(0, Math.ceil((to - from) / step))
  return [size && from, size, step]
}

/** Keys for every axis, with '...' written out. */
const spelled = (x: Tensor, keys: readonly Key[]): Key[] => {
  const named = keys.filter((key) => key !== null && key !== '...').length
  const all = Array.from({ length: x.shape.length - named }, (): Key => [null])
  const at = keys.indexOf('...')
  if (named > x.shape.length || at !== keys.lastIndexOf('...')) {
    throw shapeError('getItem', `${keys.length} keys for shape ${showShape(x.shape)}`)
  }
  return at < 0 ? [...keys, ...all] : [...keys.slice(0, at), ...all, ...keys.slice(at + 1)]
}

/** The part of the keys that one `slice` does, and the axes that are left. */
const sliced = (x: Tensor, keys: readonly Key[]): Tensor => {
  const real = keys.filter((key) => key !== null)
  const ranges = real.map((key, i): [number, number, number] => {
    const n = x.shape[i] as number
    if (isTensorKey(key)) return [0, n, 1]
    if (typeof key !== 'number') return rangeOf(key as Range, n)
    return [axisOf(`getItem: index ${key} of axis ${i}`, x.shape, key, n), 1, 1]
  })
  const [starts, sizes, steps] = [0, 1, 2].map((k) => ranges.map((r) => r[k] as number))
  return slice(x, starts as number[], sizes as number[], steps)
}

/**
 * x[keys] as in NumPy: `getItem(x, [0, [1, -1], null, '...', rows])`. Index tensors broadcast
 * together; where they stand side by side, their axes stay there, else they come first.
 */
export const getItem = (x: Tensor, keys: readonly Key[]): Tensor => {
  const all = spelled(x, keys)
  const advanced = all.some(isTensorKey)
  let y = sliced(x, all)
  // Axes of size 1 for null; places become index tensors, or go, from the last axis on.
  const gone: number[] = []
  const indices: [axis: number, index: Tensor][] = []
  all.forEach((key, axis) => {
    if (key === null) y = expandDims(y, axis)
    else if (isTensorKey(key)) indices.push([axis, key])
    else if (typeof key === 'number' && advanced) indices.push([axis, count(x, 1, 0, [])])
    else if (typeof key === 'number') gone.push(axis)
  })
  return advanced ? gathered(y, indices) : squeeze(y, gone)
}

/** x at index tensors along some axes. */
const gathered = (x: Tensor, indices: readonly [axis: number, index: Tensor][]): Tensor => {
  const axes = indices.map(([axis]) => axis)
  const shape = broadcastShape('getItem', ...indices.map(([, index]) => index.shape))
  const front = moveaxis(
    x,
    axes,
    axes.map((_, i) => i),
  )
  const y = gatherLeading(
    front,
    indices.map(([, index]) => broadcastTo(index, shape)),
  )
  const first = axes[0] as number
  const together = axes.every((axis, i) => axis === first + i)
  const places = shape.map((_, i) => i)
  return together && first > 0
    ? moveaxis(
        y,
        places,
        places.map((i) => first + i),
      )
    : y
}
