// Products of tensors: matmul with NumPy's batch rules, and what can be brought to it. i32 is
// converted to f32.

import * as ops from '../ops.ts'
import { type Shape, showShape, sizeOf } from '../shape.ts'
import { type Axes, axesOf, axisOf, shapeError, type Tensor } from './axes.ts'
import { asFloat, sumAll } from './common.ts'
import { diagonal } from './create.ts'
import { sum } from './reduce.ts'
import { broadcastShape, expandDims, moveaxis, sliceAxis, squeeze } from './shape.ts'

/** [..., M, K] with these batch axes: [B, M, K] */
const batched = (x: Tensor, batch: Shape): Tensor => {
  const matrix = x.shape.slice(-2)
  return ops.reshape(ops.broadcastTo(x, [...batch, ...matrix]), [sizeOf(batch), ...matrix])
}

/**
 * a: [..., M, K], b: [..., K, N] → [..., M, N]; the batch axes broadcast. A vector a is a row, a
 * vector b a column, and that axis is left out.
 */
export const matmul = (a: Tensor, b: Tensor): Tensor => {
  const [x, y] = [asFloat(a), asFloat(b)]
  if (x.shape.length === 0 || y.shape.length === 0) {
    throw shapeError(
      'matmul',
      `shapes ${showShape(x.shape)} and ${showShape(y.shape)}: a scalar; use multiply`,
    )
  }
  if (x.shape.length === 1)
    return squeeze(matmul(expandDims(x, 0), y), -Math.min(2, y.shape.length))
  if (y.shape.length === 1) return squeeze(matmul(x, expandDims(y, 1)), -1)
  const [p, q] = [x.shape.slice(0, -2), y.shape.slice(0, -2)]
  if (q.length === 0 || `${p}` === `${q}`) return ops.matmul(x, y)
  const batch = broadcastShape('matmul', p, q)
  const sizes = [...batch, x.shape.at(-2) as number, y.shape.at(-1) as number]
  return ops.reshape(ops.matmul(batched(x, batch), batched(y, batch)), sizes)
}

/** Sums of products over `axes`: the last n of a and the first n of b, or a list of each. */
export const tensordot = (
  a: Tensor,
  b: Tensor,
  axes: number | readonly [Axes, Axes] = 2,
): Tensor => {
  const n = a.shape.length
  const count = (k: number, from: number) => Array.from({ length: k }, (_, i) => from + i)
  const [p, q] = typeof axes === 'number' ? [count(axes, n - axes), count(axes, 0)] : axes
  const [s, t] = [
    [p].flat().map((axis) => axisOf('tensordot', a.shape, axis)),
    [q].flat().map((axis) => axisOf('tensordot', b.shape, axis)),
  ]
  const sizes = s.map((axis) => a.shape[axis] as number)
  if (`${sizes}` !== `${t.map((axis) => b.shape[axis])}`) {
    throw shapeError(
      'tensordot',
      `shapes ${showShape(a.shape)} and ${showShape(b.shape)} differ in the summed axes`,
    )
  }
  const left = moveaxis(asFloat(a), s, count(s.length, -s.length))
  const right = moveaxis(asFloat(b), t, count(t.length, 0))
  const [rows, cols] = [left.shape.slice(0, n - s.length), right.shape.slice(t.length)]
  const k = sizeOf(sizes)
  const product = ops.matmul(
    ops.reshape(left, [sizeOf(rows), k]),
    ops.reshape(right, [k, sizeOf(cols)]),
  )
  return ops.reshape(product, [...rows, ...cols])
}

/** NumPy's `dot`: over the last axis of a and the last but one of b; scalars multiply. */
export const dot = (a: Tensor, b: Tensor): Tensor => {
  if (a.shape.length === 0 || b.shape.length === 0) return ops.mul(asFloat(a), asFloat(b))
  return tensordot(a, b, [-1, b.shape.length === 1 ? 0 : -2])
}
/** Over the last axis of both. */
export const inner = (a: Tensor, b: Tensor): Tensor => {
  if (a.shape.length === 0 || b.shape.length === 0) return ops.mul(asFloat(a), asFloat(b))
  return tensordot(a, b, [-1, -1])
}
/** All elements of a times all of b: [size of a, size of b] */
export const outer = (a: Tensor, b: Tensor): Tensor =>
  ops.mul(
    ops.reshape(asFloat(a), [sizeOf(a.shape), 1]),
    ops.reshape(asFloat(b), [1, sizeOf(b.shape)]),
  )
/** The sum of the products of all elements: [] */
export const vdot = (a: Tensor, b: Tensor): Tensor => {
  const flat = (x: Tensor) => ops.reshape(asFloat(x), [sizeOf(x.shape)])
  return sumAll(ops.mul(flat(a), flat(b)))
}
/** Sum of diagonal k of the matrices in two axes. */
export const trace = (x: Tensor, k = 0, axis1 = 0, axis2 = 1): Tensor =>
  sum(diagonal(x, k, axis1, axis2), -1)
/** Of vectors of 3 along the last axis. */
export const cross = (a: Tensor, b: Tensor): Tensor => {
  const part = (x: Tensor, i: number) => sliceAxis(asFloat(x), x.shape.length - 1, i, i + 1)
  const minor = (i: number, j: number) =>
    ops.sub(ops.mul(part(a, i), part(b, j)), ops.mul(part(a, j), part(b, i)))
  const parts = [minor(1, 2), minor(2, 0), minor(0, 1)]
  return ops.concat(parts, -1)
}
/** Kronecker's product. */
export const kron = (a: Tensor, b: Tensor): Tensor => {
  const rank = Math.max(a.shape.length, b.shape.length)
  const sizes = (x: Tensor) => [...Array(rank - x.shape.length).fill(1), ...x.shape] as number[]
  const [p, q] = [sizes(a), sizes(b)]
  const left = ops.reshape(
    asFloat(a),
    p.flatMap((d) => [d, 1]),
  )
  const right = ops.reshape(
    asFloat(b),
    q.flatMap((d) => [1, d]),
  )
  return ops.reshape(
    ops.mul(left, right),
    p.map((d, i) => d * (q[i] as number)),
  )
}

/** (Σ |x|ᵖ)^(1/p), of order p, along `axis`; of all elements by default. */
export const norm = (x: Tensor, order: number = 2, axis?: Axes, keepdims = false): Tensor => {
  const y = asFloat(x)
  const axes = axesOf('norm', x.shape, axis)
  const total = (z: Tensor) => ops.sum(z, axes, keepdims)
  if (order === 2) return ops.sqrt(total(ops.square(y)))
  if (order === 1) return total(ops.abs(y))
  if (order === 0) return total(ops.sub(1, ops.equal(y, 0)))
  if (Math.abs(order) !== Infinity) return ops.pow(total(ops.pow(ops.abs(y), order)), 1 / order)
  const far = axes
    .reverse()
    .reduce((z, at) => ops.max(z, at, keepdims), order > 0 ? ops.abs(y) : ops.neg(ops.abs(y)))
  return order > 0 ? far : ops.neg(far)
}
/** x divided by its norm along `axis`, which is taken as at least `epsilon`. */
export const normalize = (x: Tensor, axis = -1, order = 2, epsilon = 1e-12): Tensor =>
  ops.div(asFloat(x), ops.maximum(norm(x, order, axis, true), epsilon))
