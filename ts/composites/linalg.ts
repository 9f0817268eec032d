// Linear algebra of small matrices in the last two axes; the axes before them are a batch. Made for
// hundreds of rows, not for thousands.

import * as ops from '../ops.ts'
import { type Shape, showShape } from '../shape.ts'
import { shapeError, type Tensor } from './axes.ts'
import { asFloat } from './common.ts'
import { diagonal, eye } from './create.ts'
import { matmul } from './products.ts'
import { prod } from './reduce.ts'
import { broadcastShape, expandDims, sliceAxis, squeeze, swapaxes } from './shape.ts'

/** Rows start..end of the matrices. */
const rows = (x: Tensor, start: number, end: number): Tensor =>
  sliceAxis(x, x.shape.length - 2, start, end)

const sizesOf = (op: string, x: Tensor): [number, number] => {
  if (x.shape.length > 1) return x.shape.slice(-2) as [number, number]
  throw shapeError(op, `takes matrices, not shape ${showShape(x.shape)}`)
}

const squareOf = (op: string, x: Tensor): number => {
  const [m, n] = sizesOf(op, x)
  if (m === n) return n
  throw shapeError(op, `takes square matrices, not shape ${showShape(x.shape)}`)
}

/** a: [..., N, N], positive definite → the lower L of L·Lᵀ (upper Lᵀ when `upper`). */
export const cholesky = (a: Tensor, upper = false): Tensor => {
  const l = ops.cholesky(asFloat(a))
  return upper ? swapaxes(l, -1, -2) : l
}

/** Q, R and the row of signs of a matrix with no more columns than rows. */
const tall = (a: Tensor): [Tensor, Tensor, Tensor] => {
  const [m, n] = sizesOf('qr', a)
  const packed = ops.qr(a)
  return [rows(packed, 0, m), rows(packed, m, m + n), rows(packed, m + n, m + n + 1)]
}

/** a: [..., M, N] → q: [..., M, K], r: [..., K, N], K = min(M, N); signs as LAPACK's. */
export const qr = (a: Tensor): { q: Tensor; r: Tensor } => {
  const x = asFloat(a)
  const [m, n] = sizesOf('qr', x)
  const last = x.shape.length - 1
  const [q, r] = tall(m < n ? sliceAxis(x, last, 0, m) : x)
  if (m >= n) return { q, r }
  const rest = ops.matmul(q, sliceAxis(x, last, m, n), true, false)
  return { q, r: ops.concat([r, rest], -1) }
}

/** a: [..., N, N], b: [..., N, M] or [N] with one batch. */
const together = (op: string, a: Tensor, b: Tensor): [Tensor, Tensor, (x: Tensor) => Tensor] => {
  const n = squareOf(op, a)
  const vector = b.shape.length === 1 || b.shape.length === a.shape.length - 1
  const right = vector ? expandDims(b, -1) : b
  if (right.shape.at(-2) !== n) {
    throw shapeError(op, `shapes ${showShape(a.shape)} and ${showShape(b.shape)}: the rows differ`)
  }
  const batch = broadcastShape(op, a.shape.slice(0, -2), right.shape.slice(0, -2))
  const wide = (x: Tensor): Tensor =>
    ops.broadcastTo(asFloat(x), [...batch, ...x.shape.slice(-2)] as Shape)
  return [wide(a), wide(right), (x) => (vector ? squeeze(x, -1) : x)]
}

/** x of a·x = b (of aᵀ·x = b if `transposed`); only the lower or upper triangle of a is read. */
export const solveTriangular = (
  a: Tensor,
  b: Tensor,
  lower = false,
  transposed = false,
): Tensor => {
  const [x, y, back] = together('solveTriangular', a, b)
  return back(ops.triangularSolve(x, y, lower, transposed))
}

/** x of a·x = b, a: [..., N, N], b: [..., N, M] or [..., N]; by QR. */
export const solve = (a: Tensor, b: Tensor): Tensor => {
  const [x, y, back] = together('solve', a, b)
  const [q, r] = tall(x)
  return back(ops.triangularSolve(r, ops.matmul(q, y, true, false), false))
}

/** x of the least ‖a·x − b‖, a: [M, N] of full rank, M ≥ N. */
export const lstsq = (a: Tensor, b: Tensor): Tensor => {
  const [q, r] = tall(asFloat(a))
  const column = b.shape.length === 1 ? expandDims(asFloat(b), -1) : asFloat(b)
  const x = ops.triangularSolve(r, matmul(swapaxes(q, -1, -2), column), false)
  return b.shape.length === 1 ? squeeze(x, -1) : x
}

/** a⁻¹ */
export const inv = (a: Tensor): Tensor =>
  solve(a, ops.broadcastTo(eye(a.graph, squareOf('inv', a)), a.shape))

/** The sign and log |det a|: [...] each. */
export const slogdet = (a: Tensor): [Tensor, Tensor] => {
  squareOf('slogdet', a)
  const [, r, flags] = tall(asFloat(a))
  const diag = diagonal(r, 0, -2, -1)
  const sign = ops.mul(prod(ops.sign(diag), -1), prod(squeeze(flags, -2), -1))
  return [sign, ops.sum(ops.log(ops.abs(diag)), [-1])]
}
/** [..., N, N] → [...] */
export const det = (a: Tensor): Tensor => {
  squareOf('det', a)
  const [, r, flags] = tall(asFloat(a))
  return ops.mul(prod(diagonal(r, 0, -2, -1), -1), prod(squeeze(flags, -2), -1))
}
/** log det of a positive definite matrix. */
export const logdet = (a: Tensor): Tensor => {
  const diag = diagonal(cholesky(a), 0, -2, -1)
  return ops.mul(ops.sum(ops.log(diag), [-1]), 2)
}
/** (L·Lᵀ)⁻¹ of a lower (or upper) factor. */
export const choleskyInverse = (l: Tensor, upper = false): Tensor => {
  const unit = ops.broadcastTo(eye(l.graph, squareOf('choleskyInverse', l)), l.shape)
  const half = ops.triangularSolve(asFloat(l), unit, !upper, upper)
  return ops.matmul(half, half, true, false)
}
