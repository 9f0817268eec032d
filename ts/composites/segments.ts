// Sums, products, the largest and the smallest of the rows that belong together. Shapes do not
// depend on how many rows a segment has.

import * as ops from '../ops.ts'
import { type Shape, sizeOf } from '../shape.ts'
import { add, multiply, where } from './arithmetic.ts'
import type { Tensor } from './axes.ts'

/** What is left of [n] numbers in `count` segments: [count] */
type Reduce = (data: Tensor, segments: Tensor, count: number) => Tensor

/** Equal extremes share the gradient. dx = dy[segment] / how many are equal, where x is extreme */
const extreme =
  (falling: boolean): Reduce =>
  (data, segments, count) => {
    const order = ops.argsort(data, falling)
    const last = ops.lastPlaces(ops.gatherRows(segments, order), count)
    const found = ops.gatherRows(data, ops.gatherRows(order, last))
    const none = ops.integer('less', last, 0)
    if (data.dtype === 'int32') return where(none, falling ? 2 ** 31 - 1 : -(2 ** 31), found)
    const given = data.graph.withGradient(found, [data], (dy) => {
      const at = (rows: Tensor) => ops.gatherRows(rows, segments)
      const isFirst = ops.equal(data, at(found))
      const share = ops.div(dy, ops.maximum(ops.scatterAddRows(isFirst, segments, count), 1))
      return [ops.where(isFirst, at(share), 0)]
    })
    return ops.where(none, falling ? Infinity : -Infinity, given)
  }

/** The first n − k numbers behind k times `fill`. */
const shifted = (x: Tensor, k: number, fill: number): Tensor => {
  const n = x.shape[0] as number
  const before = x.graph.constant(
    x.dtype === 'int32' ? new Int32Array(k).fill(fill) : new Float32Array(k).fill(fill),
  )
  return ops.concat([before, ops.slice(x, [0], [n - k], [1])], 0)
}

/** Segments stand in a row; a step doubles how far each result reaches (Hillis & Steele 1986). */
const scan =
  (combine: typeof multiply, empty: number): Reduce =>
  (data, segments, count) => {
    const order = ops.argsort(segments)
    const own = ops.gatherRows(segments, order)
    let x = ops.gatherRows(data, order)
    for (let k = 1; k < (data.shape[0] as number); k *= 2) {
      const same = ops.integer('equal', own, shifted(own, k, -1))
      x = where(same, combine(x, shifted(x, k, empty)), x)
    }
    const last = ops.lastPlaces(own, count)
    return where(ops.integer('less', last, 0), empty, ops.gatherRows(x, last))
  }

/** data: [n, ...], segments: i32 [n] → [count, ...]; numbers of other segments do not count. */
const reduced =
  (reduce: Reduce) =>
  (data: Tensor, segments: Tensor, count: number): Tensor => {
    const rest = data.shape.slice(1)
    const width = sizeOf(rest)
    const flat = ops.reshape(data, [sizeOf(data.shape)])
    return ops.reshape(reduce(flat, columns(segments, count, width), count * width), [
      count,
      ...rest,
    ] as Shape)
  }

/** The segment of each number, where each of `width` columns has `count` of its own: [n·width] */
const columns = (segments: Tensor, count: number, width: number): Tensor => {
  const n = segments.shape[0] as number
  const valid = ops.mul(ops.integer('less', -1, segments), ops.integer('less', segments, count))
  const first = ops.reshape(where(valid, ops.integer('mul', segments, width), -width), [n, 1])
  const each = segments.graph.constant(
    Int32Array.from({ length: width }, (_, i) => i),
    [1, width],
  )
  return ops.reshape(ops.integer('add', first, each), [n * width])
}

/** The largest of the rows of each segment, −∞ (or the least i32) where there are none. */
export const segmentMax = reduced(extreme(false))
/** The smallest of the rows of each segment, ∞ (or the largest i32) where there are none. */
export const segmentMin = reduced(extreme(true))
/** The product of the rows of each segment, 1 where there are none. */
export const segmentProd = reduced(scan(multiply, 1))

const wholeSum = reduced(scan(add, 0))
/** The sum of the rows of each segment. */
export const segmentSum = (data: Tensor, segments: Tensor, count: number): Tensor =>
  data.dtype === 'int32'
    ? wholeSum(data, segments, count)
    : ops.scatterAddRows(data, segments, count)
