// Elementwise functions of one f32 (i32 is converted), composed of the core's. Errors are a few
// units in the last place where nothing else is said.

import * as ops from '../ops.ts'
import { isInt, type Operand, type Tensor } from './axes.ts'
import { asFloat } from './common.ts'

const LN2 = Math.LN2

export const exp = (x: Tensor): Tensor => ops.exp(asFloat(x))
/** eˣ − 1 */
export const expm1 = (x: Tensor): Tensor => ops.expm1(asFloat(x))
/** 2ˣ; the error grows with |x|. */
export const exp2 = (x: Tensor): Tensor => ops.exp(ops.mul(asFloat(x), LN2))
export const log = (x: Tensor): Tensor => ops.log(asFloat(x))
/** log(1 + x) */
export const log1p = (x: Tensor): Tensor => ops.log1p(asFloat(x))
export const log2 = (x: Tensor): Tensor => ops.mul(log(x), 1 / LN2)
export const log10 = (x: Tensor): Tensor => ops.mul(log(x), 1 / Math.LN10)
export const sqrt = (x: Tensor): Tensor => ops.sqrt(asFloat(x))
/** 1 / √x */
export const rsqrt = (x: Tensor): Tensor => ops.reciprocal(sqrt(x))
/** ∛x, of negative x too; its gradient at 0 is 0. */
export const cbrt = (x: Tensor): Tensor => {
  const y = asFloat(x)
  const zero = ops.equal(y, 0)
  const root = ops.pow(ops.where(zero, 1, ops.abs(y)), 1 / 3)
  return ops.where(zero, 0, ops.mul(ops.sign(y), root))
}
export const reciprocal = (x: Tensor): Tensor => ops.reciprocal(asFloat(x))

export const sin = (x: Tensor): Tensor => ops.sin(asFloat(x))
export const cos = (x: Tensor): Tensor => ops.cos(asFloat(x))
export const tan = (x: Tensor): Tensor => ops.div(sin(x), cos(x))
/** √(1 − x²), exact near ±1. */
const legOf = (x: Tensor): Tensor => ops.sqrt(ops.mul(ops.sub(1, x), ops.add(x, 1)))
export const arcsin = (x: Tensor): Tensor => ops.atan2(asFloat(x), legOf(asFloat(x)))
export const arccos = (x: Tensor): Tensor => ops.atan2(legOf(asFloat(x)), asFloat(x))
export const arctan = (x: Tensor): Tensor => ops.atan2(asFloat(x), 1)
/** The angle of the point (x, y), between −π and π. */
export const arctan2 = (y: Tensor, x: Tensor): Tensor => ops.atan2(asFloat(y), asFloat(x))
/** (eˣ − e⁻ˣ) / 2 */
export const sinh = (x: Tensor): Tensor =>
  ops.mul(ops.sub(expm1(x), expm1(ops.neg(asFloat(x)))), 0.5)
/** (eˣ + e⁻ˣ) / 2 */
export const cosh = (x: Tensor): Tensor => ops.mul(ops.add(exp(x), exp(ops.neg(asFloat(x)))), 0.5)
export const tanh = (x: Tensor): Tensor => ops.tanh(asFloat(x))
export const arcsinh = (x: Tensor): Tensor => {
  // Of |x|, for which nothing cancels; where |x| is large, √(x² + 1) is |x|.
  const y = asFloat(x)
  const negative = ops.less(y, 0)
  const a = ops.where(negative, ops.neg(y), y)
  const far = ops.less(1e9, a)
  const b = ops.where(far, 1, a)
  const square = ops.square(b)
  const near = ops.log1p(ops.add(b, ops.div(square, ops.add(ops.sqrt(ops.add(square, 1)), 1))))
  const z = ops.where(far, ops.add(ops.log(ops.where(far, a, 1)), LN2), near)
  return ops.where(negative, ops.neg(z), z)
}
/** Of x ≥ 1. */
export const arccosh = (x: Tensor): Tensor => {
  const above = ops.sub(asFloat(x), 1)
  const root = ops.mul(ops.sqrt(above), ops.sqrt(ops.add(above, 2)))
  return ops.log1p(ops.add(above, root))
}
export const arctanh = (x: Tensor): Tensor =>
  ops.mul(ops.sub(log1p(x), ops.log1p(ops.neg(asFloat(x)))), 0.5)
export const deg2rad = (x: Tensor): Tensor => ops.mul(asFloat(x), Math.PI / 180)
export const rad2deg = (x: Tensor): Tensor => ops.mul(asFloat(x), 180 / Math.PI)
/** sin(πx) / πx; 1 at 0. */
export const sinc = (x: Tensor): Tensor => {
  const zero = ops.equal(asFloat(x), 0)
  const y = ops.mul(ops.where(zero, 1, asFloat(x)), Math.PI)
  return ops.where(zero, 1, ops.div(ops.sin(y), y))
}

export const sigmoid = (x: Tensor): Tensor => ops.sigmoid(asFloat(x))
export const erf = (x: Tensor): Tensor => ops.erf(asFloat(x))
/** 1 − erf(x), to 1e-7 absolutely. */
export const erfc = (x: Tensor): Tensor => ops.sub(1, erf(x))

const polynomial = (x: Tensor, coefficients: readonly number[]): Tensor =>
  coefficients
    .slice(1)
    .reduce((y, c) => ops.mulAdd(y, x, c), x.graph.fill(coefficients[0] as number))

const NEAR = [
  ...[2.81022636e-8, 3.43273939e-7, -3.5233877e-6, -4.39150654e-6, 2.1858087e-4],
  ...[-1.25372503e-3, -4.17768164e-3, 0.246640727, 1.50140941],
]
const FAR = [
  ...[-2.00214257e-4, 1.00950558e-4, 1.34934322e-3, -3.67342844e-3, 5.73950773e-3],
  ...[-7.6224613e-3, 9.43887047e-3, 1.00167406, 2.83297682],
]
/** The inverse of erf on (−1, 1). M. Giles's polynomials, then one step of Newton's method. */
export const erfinv = (x: Tensor): Tensor => {
  const y = asFloat(x)
  const w = ops.neg(ops.log(ops.mul(ops.sub(1, y), ops.add(y, 1))))
  const far = ops.sub(ops.sqrt(ops.maximum(w, 5)), 3)
  const p = ops.where(ops.less(w, 5), polynomial(ops.sub(w, 2.5), NEAR), polynomial(far, FAR))
  const guess = ops.stopGradient(
    ops.where(ops.equal(ops.abs(y), 1), ops.mul(y, Infinity), ops.mul(p, y)),
  )
  // dx = dy·√π / 2·exp(y²), which is the step's slope.
  const slope = ops.mul(ops.exp(ops.square(guess)), Math.sqrt(Math.PI) / 2)
  const step = ops.mul(ops.sub(ops.erf(guess), y), slope)
  return ops.sub(guess, ops.where(ops.less(slope, Infinity), step, 0))
}

/** No gradient, as the others that round. */
export const floor = (x: Tensor): Tensor => (isInt(x) ? x : ops.floor(x))
export const ceil = (x: Tensor): Tensor => (isInt(x) ? x : ops.neg(ops.floor(ops.neg(x))))
/** Towards zero. */
export const trunc = (x: Tensor): Tensor =>
  isInt(x) ? x : ops.where(ops.less(x, 0), ceil(x), ops.floor(x))
/** To the nearest number of `decimals` decimals, halves to even. */
export const round = (x: Tensor, decimals = 0): Tensor => {
  if (isInt(x)) return x
  if (decimals !== 0) return ops.div(round(ops.mul(x, 10 ** decimals)), 10 ** decimals)
  // Floats from 2²³ on are whole: adding that number with the sign of x rounds.
  const y = ops.stopGradient(x)
  const big = ops.where(ops.less(y, 0), -(2 ** 23), 2 ** 23)
  return ops.where(ops.less(ops.abs(y), 2 ** 23), ops.sub(ops.add(y, big), big), y)
}

/** 1 where x is NaN, else 0. */
export const isNan = (x: Tensor): Tensor => ops.isNan(asFloat(x))
/** 1 where x is ∞ or −∞, else 0. */
export const isInf = (x: Tensor): Tensor => ops.equal(ops.abs(asFloat(x)), Infinity)
/** 1 where x is a number and finite, else 0. */
const finite = (x: Tensor): Tensor => ops.less(ops.abs(asFloat(x)), Infinity)

export { finite as isFinite }
/** x with other numbers for NaN, ∞ and −∞; by default 0 and the largest finite ones. */
export const nanToNum = (
  x: Tensor,
  nan = 0,
  infinity = 3.4028234663852886e38,
  minusInfinity = -infinity,
): Tensor => {
  const y = asFloat(x)
  const above = ops.where(ops.equal(y, Infinity), infinity, y)
  const below = ops.where(ops.equal(y, -Infinity), minusInfinity, above)
  return ops.where(ops.isNan(y), nan, below)
}
/** 0 where x < 0, 1 where x > 0, else `atZero`. */
export const heaviside = (x: Tensor, atZero: Operand): Tensor => {
  const y = asFloat(x)
  return ops.where(ops.equal(y, 0), atZero, ops.where(ops.isNan(y), y, ops.less(0, y)))
}
/** The same numbers; gradients end here. */
export const stopGradient = (x: Tensor): Tensor => ops.stopGradient(x)
