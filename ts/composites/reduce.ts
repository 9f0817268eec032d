// Reductions over any axes, and running sums, under the names of `keras.ops`. Without `axis` they
// go over all elements. i32 keeps its dtype where NumPy's does.

import * as ops from '../ops.ts'
import { showShape, sizeOf } from '../shape.ts'
import { equal, maximum, minimum, multiply, notEqual, subtract } from './arithmetic.ts'
import { type Axes, axesOf, axisOf, isInt, shapeError, type Tensor, withAxis } from './axes.ts'
import { asFloat, mean as meanOfFloats, sumAll } from './common.ts'
import { expandDims, pad, sliceAxis } from './shape.ts'

type Combine = (a: Tensor, b: Tensor) => Tensor

/** Halves combined until one element is left along each axis, in an order that never changes. */
const tree = (
  op: string,
  x: Tensor,
  combine: Combine,
  empty: number | undefined,
  axis?: Axes,
  keepdims = false,
): Tensor => {
  const axes = axesOf(op, x.shape, axis)
  const reduced = axes.reduce((y, at) => halved(op, y, at, combine, empty), x)
  const kept = x.shape.filter((_, i) => !axes.includes(i))
  return keepdims ? reduced : ops.reshape(reduced, kept)
}

const halved = (op: string, x: Tensor, at: number, combine: Combine, empty?: number): Tensor => {
  let y = x
  const starts = x.shape.map(() => 0)
  const steps = x.shape.map(() => 1)
  const pad = (z: Tensor, n: number) =>
    ops.place(z, withAxis(z.shape, at, n), starts, steps, empty ?? 0)
  if (y.shape[at] === 0) {
    if (empty === undefined) {
      throw shapeError(
        op,
        `axis ${at} of shape ${showShape(x.shape)} has no elements to choose from`,
      )
    }
    y = pad(y, 1)
  }
  for (let n = y.shape[at] as number; n > 1; n = Math.ceil(n / 2)) {
    const half = Math.ceil(n / 2)
    const [low, high] = [sliceAxis(y, at, 0, n - half), sliceAxis(y, at, half, n)]
    const both = combine(low, high)
    y = n % 2 ? ops.concat([both, sliceAxis(y, at, n - half, half)], at) : both
  }
  return y
}

export const sum = (x: Tensor, axis?: Axes, keepdims = false): Tensor => {
  if (isInt(x)) return tree('sum', x, (a, b) => ops.integer('add', a, b), 0, axis, keepdims)
  if (axis === undefined && !keepdims) return sumAll(x)
  return ops.sum(x, axesOf('sum', x.shape, axis), keepdims)
}
/** Products, with right gradients where factors are 0. */
export const prod = (x: Tensor, axis?: Axes, keepdims = false): Tensor =>
  tree('prod', x, multiply, 1, axis, keepdims)

const maxOf = (op: string, x: Tensor, axis: Axes | undefined, keepdims: boolean): Tensor => {
  if (isInt(x)) return tree(op, x, maximum, undefined, axis, keepdims)
  const axes = axesOf(op, x.shape, axis).reverse()
  return axes.reduce((y, at) => ops.max(y, at, keepdims), x)
}
/** x with `initial` before the elements along the axes that are reduced. */
const after = (x: Tensor, initial: number | undefined, axis?: Axes): Tensor => {
  if (initial === undefined) return x
  const axes = axesOf('initial', x.shape, axis)
  return pad(
    x,
    x.shape.map((_, i): [number, number] => [axes.includes(i) ? 1 : 0, 0]),
    'constant',
    initial,
  )
}
/** NaN if one is NaN; `initial` if that is more. Equal maxima share the gradient. */
export const max = (x: Tensor, axis?: Axes, keepdims = false, initial?: number): Tensor =>
  maxOf('max', after(x, initial, axis), axis, keepdims)
export const min = (x: Tensor, axis?: Axes, keepdims = false, initial?: number): Tensor => {
  const y = after(x, initial, axis)
  return isInt(x)
    ? tree('min', y, minimum, undefined, axis, keepdims)
    : ops.neg(maxOf('min', ops.neg(y), axis, keepdims))
}
export { max as amax, min as amin }
/** Largest less smallest. */
export const ptp = (x: Tensor, axis?: Axes, keepdims = false): Tensor =>
  subtract(max(x, axis, keepdims), min(x, axis, keepdims))

export const mean = (x: Tensor, axis?: Axes, keepdims = false): Tensor =>
  meanOfFloats(asFloat(x), axis === undefined ? undefined : axesOf('mean', x.shape, axis), keepdims)
/** Mean of (x − mean)². */
export const variance = (x: Tensor, axis?: Axes, keepdims = false): Tensor => {
  const axes = axesOf('variance', x.shape, axis)
  const y = asFloat(x)
  return mean(ops.square(ops.sub(y, mean(y, axes, true))), axes, keepdims)
}
export { variance as var }
/** √variance */
export const std = (x: Tensor, axis?: Axes, keepdims = false): Tensor =>
  ops.sqrt(variance(x, axis, keepdims))
/** Mean and variance. */
export const moments = (x: Tensor, axis?: Axes, keepdims = false): [Tensor, Tensor] => [
  mean(x, axis, keepdims),
  variance(x, axis, keepdims),
]
/** Σ w·x / Σ w; weights as x, or a list for one axis. */
export const average = (x: Tensor, axis?: number, weights?: Tensor): Tensor => {
  if (!weights) return mean(x, axis)
  const list = weights.shape.length === 1 && x.shape.length > 1
  const at = axisOf('average', x.shape, axis ?? 0)
  const ones = x.shape.map(() => 1)
  const w = list ? ops.reshape(weights, withAxis(ones, at, sizeOf(weights.shape))) : weights
  const wide = ops.broadcastTo(asFloat(w), x.shape)
  return ops.div(sum(ops.mul(asFloat(x), wide), axis), sum(wide, axis))
}

/** 1 if all elements are not 0, else 0. */
export const all = (x: Tensor, axis?: Axes, keepdims = false): Tensor =>
  tree('all', notEqual(x, 0), ops.minimum, 1, axis, keepdims)
/** 1 if one element is not 0, else 0. */
export const any = (x: Tensor, axis?: Axes, keepdims = false): Tensor =>
  tree('any', notEqual(x, 0), ops.maximum, 0, axis, keepdims)
/** i32 */
export const countNonzero = (x: Tensor, axis?: Axes): Tensor =>
  ops.castI32(sum(notEqual(x, 0), axis))

/** log Σ eˣ, without overflow. */
export const logsumexp = (x: Tensor, axis?: Axes, keepdims = false): Tensor => {
  const y = asFloat(x)
  const initial = sizeOf(y.shape) === 0 ? -Infinity : undefined
  const largest = ops.stopGradient(max(y, axis, true, initial))
  // Infinite maxima would give ∞ − ∞.
  const shift = ops.where(ops.less(ops.abs(largest), Infinity), largest, 0)
  const axes = axesOf('logsumexp', x.shape, axis)
  const total = ops.add(ops.log(ops.sum(ops.exp(ops.sub(y, shift)), axes, true)), shift)
  return keepdims
    ? total
    : ops.reshape(
        total,
        x.shape.filter((_, i) => !axes.includes(i)),
      )
}

const place = (op: string, x: Tensor, axis: number | undefined, keepdims: boolean): Tensor => {
  const at = axisOf(op, x.shape, axis ?? 0)
  const found =
    axis === undefined ? ops.argmax(ops.reshape(x, [sizeOf(x.shape)]), 0) : ops.argmax(x, at)
  if (!keepdims) return found
  return axis === undefined
    ? ops.reshape(
        found,
        x.shape.map(() => 1),
      )
    : expandDims(found, at)
}
/** The place of the first maximum: i32. Of all elements, counted row by row, by default. */
export const argmax = (x: Tensor, axis?: number, keepdims = false): Tensor =>
  place('argmax', asFloat(x), axis, keepdims)
export const argmin = (x: Tensor, axis?: number, keepdims = false): Tensor =>
  place('argmin', ops.neg(asFloat(x)), axis, keepdims)

/** Sums of the elements up to each one; of all elements as a list by default. */
export const cumsum = (x: Tensor, axis?: number): Tensor =>
  axis === undefined ? ops.cumsum(ops.reshape(x, [sizeOf(x.shape)]), 0) : ops.cumsum(x, axis)
/** Products of the elements up to each one. */
export const cumprod = (x: Tensor, axis?: number): Tensor => {
  if (axis === undefined) return cumprod(ops.reshape(x, [sizeOf(x.shape)]), 0)
  const at = axisOf('cumprod', x.shape, axis)
  const [n, zeros] = [x.shape[at] as number, x.shape.map(() => 0)]
  const steps = x.shape.map(() => 1)
  let y = x
  for (let by = 1; by < n; by *= 2) {
    const moved = sliceAxis(y, at, 0, n - by)
    y = multiply(y, ops.place(moved, x.shape, withAxis(zeros, at, by), steps, 1))
  }
  return y
}
/** Differences of neighbours along `axis`, `n` times. */
export const diff = (x: Tensor, n = 1, axis = -1): Tensor => {
  const at = axisOf('diff', x.shape, axis)
  let y = x
  for (let i = 0; i < n; i++) {
    const size = y.shape[at] as number
    y = subtract(
      sliceAxis(y, at, Math.min(1, size), size),
      sliceAxis(y, at, 0, Math.max(0, size - 1)),
    )
  }
  return y
}
/** The area under y by the trapezoid rule; dx is the distance of the points. */
export const trapezoid = (y: Tensor, dx = 1, axis = -1): Tensor => {
  const at = axisOf('trapezoid', y.shape, axis)
  const n = y.shape[at] as number
  const pairs = ops.add(sliceAxis(asFloat(y), at, 1, n), sliceAxis(asFloat(y), at, 0, n - 1))
  return ops.mul(ops.sum(pairs, [at]), dx / 2)
}

const numbersIn = (x: Tensor) => ({ nan: ops.isNan(asFloat(x)), y: asFloat(x) })
/** Sums of what is not NaN. */
export const nansum = (x: Tensor, axis?: Axes, keepdims = false): Tensor => {
  const { nan, y } = numbersIn(x)
  return sum(ops.where(nan, 0, y), axis, keepdims)
}
export const nanprod = (x: Tensor, axis?: Axes, keepdims = false): Tensor => {
  const { nan, y } = numbersIn(x)
  return prod(ops.where(nan, 1, y), axis, keepdims)
}
/** Means of what is not NaN. */
export const nanmean = (x: Tensor, axis?: Axes, keepdims = false): Tensor =>
  ops.div(nansum(x, axis, keepdims), sum(equal(numbersIn(x).nan, 0), axis, keepdims))
export const nanvar = (x: Tensor, axis?: Axes, keepdims = false): Tensor =>
  nanmean(ops.square(ops.sub(asFloat(x), nanmean(x, axis, true))), axis, keepdims)
export const nanstd = (x: Tensor, axis?: Axes, keepdims = false): Tensor =>
  ops.sqrt(nanvar(x, axis, keepdims))
/** The largest of what is not NaN. */
export const nanmax = (x: Tensor, axis?: Axes, keepdims = false): Tensor => {
  const { nan, y } = numbersIn(x)
  return max(ops.where(nan, -Infinity, y), axis, keepdims)
}
export const nanmin = (x: Tensor, axis?: Axes, keepdims = false): Tensor =>
  ops.neg(nanmax(ops.neg(asFloat(x)), axis, keepdims))
