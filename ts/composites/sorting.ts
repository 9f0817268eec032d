// Sorting, and what is found in what is sorted. NaN comes last; equal elements keep their order.
// Gradients go back to the places that elements came from.

import * as ops from '../ops.ts'
import { showShape, sizeOf } from '../shape.ts'
import { axisOf, shapeError, type Tensor } from './axes.ts'
import { asFloat } from './common.ts'
import { takeAlongAxis } from './indexing.ts'
import { expandDims, moveaxis, sliceAxis } from './shape.ts'

/** The places of the elements along `axis` in rising (or falling) order: i32. */
export const argsort = (x: Tensor, axis = -1, falling = false): Tensor => {
  const last = moveaxis(x, axisOf('argsort', x.shape, axis), -1)
  return moveaxis(ops.argsort(last, falling), -1, axis)
}

/** In rising (or falling) order along `axis`. */
export const sort = (x: Tensor, axis = -1, falling = false): Tensor =>
  takeAlongAxis(x, argsort(x, axis, falling), axis)

/** The k largest along the last axis, largest first, and their places (i32): [..., k] */
export const topK = (x: Tensor, k: number): { values: Tensor; indices: Tensor } => {
  const size = x.shape.at(-1) ?? 0
  if (!(Number.isInteger(k) && k >= 0 && k <= size)) {
    throw shapeError('topK', `k must be between 0 and ${size}, but it is ${k}`)
  }
  const indices = sliceAxis(ops.argsort(x, true), x.shape.length - 1, 0, k)
  return { values: takeAlongAxis(x, indices), indices }
}

/** targets: i32 [B], predictions: [B, C] → 1 where the target is one of the k best, else 0: [B] */
export const inTopK = (targets: Tensor, predictions: Tensor, k: number): Tensor => {
  const score = takeAlongAxis(predictions, expandDims(targets, -1))
  const better = ops.sum(ops.less(score, predictions), [-1])
  const finite = ops.less(ops.abs(ops.reshape(score, targets.shape)), Infinity)
  return ops.mul(ops.less(better, k), finite)
}

/** The element at rank q·(n − 1) of the sorted ones, between its neighbours linearly; 0 ≤ q ≤ 1. */
export const quantile = (x: Tensor, q: number, axis?: number, keepdims = false): Tensor => {
  if (!(q >= 0 && q <= 1)) throw shapeError('quantile', `q must be between 0 and 1, but it is ${q}`)
  if (axis === undefined) {
    const y = quantile(ops.reshape(x, [sizeOf(x.shape)]), q, 0)
    return keepdims
      ? ops.reshape(
          y,
          x.shape.map(() => 1),
        )
      : y
  }
  const at = axisOf('quantile', x.shape, axis)
  const sorted = sort(asFloat(x), at)
  const n = x.shape[at] as number
  const [rank, low] = [q * (n - 1), Math.floor(q * (n - 1))]
  const part = (i: number) => sliceAxis(sorted, at, i, i + 1)
  const high = Math.min(low + 1, n - 1)
  const y = ops.add(ops.mul(part(low), 1 - (rank - low)), ops.mul(part(high), rank - low))
  const nan = ops.max(ops.isNan(asFloat(x)), at, true)
  const kept = ops.where(nan, Number.NaN, y)
  return keepdims
    ? kept
    : ops.reshape(
        kept,
        x.shape.filter((_, i) => i !== at),
      )
}
/** q in percent. */
export const percentile = (x: Tensor, q: number, axis?: number, keepdims = false): Tensor =>
  quantile(x, q / 100, axis, keepdims)
export const median = (x: Tensor, axis?: number, keepdims = false): Tensor =>
  quantile(x, 0.5, axis, keepdims)

/**
 * Where each value would go in `sorted`, [n], so that it stays sorted: i32. Equal elements come
 * after it, or before it when `side` is 'right'. Every value is compared with every element.
 */
export const searchsorted = (
  sorted: Tensor,
  values: Tensor,
  side: 'left' | 'right' = 'left',
): Tensor => {
  if (sorted.shape.length !== 1) {
    throw shapeError('searchsorted', `takes a sorted list [n], not ${showShape(sorted.shape)}`)
  }
  const [list, x] = [asFloat(sorted), expandDims(asFloat(values), -1)]
  const before = side === 'left' ? ops.less(list, x) : ops.lessEqual(list, x)
  return ops.castI32(ops.sum(before, [-1]))
}
/** The bin of each number: i with bins[i − 1] ≤ x < bins[i]. */
export const digitize = (x: Tensor, bins: Tensor): Tensor => searchsorted(bins, x, 'right')

/** x: i32 [n] → how often each of 0..length occurs (i32), or the sums of its weights (f32). */
export const bincount = (x: Tensor, length: number, weights?: Tensor): Tensor => {
  const ones = x.graph.fill(1, x.shape)
  const sums = ops.scatterAddRows(weights ? asFloat(weights) : ones, x, length)
  return weights ? sums : ops.castI32(sums)
}

/** 1 where x is one of the `values`, else 0. */
export const isIn = (x: Tensor, values: Tensor): Tensor => {
  const list = ops.reshape(asFloat(values), [sizeOf(values.shape)])
  return ops.max(ops.equal(expandDims(asFloat(x), -1), list), -1)
}
