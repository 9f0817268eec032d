// Elementwise ops with NumPy's broadcasting under the names of `keras.ops`. Where all operands are
// i32 (whole numbers count as such) the result is i32; else i32 is converted. Comparisons and
// logical ops give f32 of 1 and 0.

import * as ops from '../ops.ts'
import type { Dtype } from '../shape.ts'
import { alike, isInt, type Operand, type Tensor } from './axes.ts'
import { asFloat } from './common.ts'

type Binary = (a: Operand, b: Operand) => Tensor

const both = (a: Operand, b: Operand, kind: ops.IntegerKind, float: Binary): Tensor => {
  const [x, y] = alike([a, b]) as [Operand, Operand]
  return isInt(x) && isInt(y) && !(typeof x === 'number' && typeof y === 'number')
    ? ops.integer(kind, x, y)
    : float(x, y)
}

const floats = (a: Operand, b: Operand, float: Binary): Tensor => {
  const asOperand = (x: Operand) => (typeof x === 'number' ? x : asFloat(x))
  return float(asOperand(a), asOperand(b))
}

export const cast = (x: Tensor, dtype: Dtype): Tensor =>
  x.dtype === dtype ? x : dtype === 'int32' ? ops.castI32(x) : ops.castF32(x)

export const add: Binary = (a, b) => both(a, b, 'add', ops.add)
export const subtract: Binary = (a, b) => both(a, b, 'sub', ops.sub)
export const multiply: Binary = (a, b) => both(a, b, 'mul', ops.mul)
/** f32, of i32 too. */
export const divide: Binary = (a, b) => floats(a, b, ops.div)
/** a / b, but 0 where b is 0; so are its gradients there. */
export const divideNoNan: Binary = (a, b) =>
  floats(a, b, (x, y) => {
    const zero = ops.equal(y, 0)
    return ops.where(zero, 0, ops.div(x, ops.where(zero, 1, y)))
  })
export const maximum: Binary = (a, b) => both(a, b, 'maximum', ops.maximum)
export const minimum: Binary = (a, b) => both(a, b, 'minimum', ops.minimum)
/** ⌊a / b⌋; i32: 0 where b is 0. No gradient. */
export const floorDivide: Binary = (a, b) =>
  both(a, b, 'floorDiv', (x, y) => ops.floor(ops.div(x, y)))
/** a − ⌊a / b⌋·b, with the sign of b. */
export const mod: Binary = (a, b) =>
  both(a, b, 'mod', (x, y) => {
    // ⌊a / b⌋ may be one off where a / b was rounded; then the rest is outside of [0, b). For an
    // infinite b it is 0 or −0, and 0·b would be NaN.
    const times = ops.floor(ops.div(x, y))
    const rest = ops.where(ops.equal(times, 0), x, ops.sub(x, ops.mul(times, y)))
    const low = ops.where(ops.less(ops.mul(rest, y), 0), ops.add(rest, y), rest)
    const far = ops.lessEqual(ops.abs(asTensorOf(y, x)), ops.abs(rest))
    return ops.where(far, ops.sub(rest, y), low)
  })
/** aᵇ; NaN for a < 0 unless b is whole. f32, of i32 too. */
export const power: Binary = (a, b) => floats(a, b, ops.pow)
/** √(a² + b²), without overflow on the way. */
export const hypot: Binary = (a, b) =>
  floats(a, b, (x, y) => {
    const [p, q] = [ops.abs(asTensorOf(x, y)), ops.abs(asTensorOf(y, x))]
    const far = ops.maximum(p, q)
    const zero = ops.equal(far, 0)
    const share = ops.div(ops.minimum(p, q), ops.where(zero, 1, far))
    return ops.mul(far, ops.sqrt(ops.add(ops.square(share), 1)))
  })
const asTensorOf = (x: Operand, like: Operand): Tensor =>
  typeof x === 'number' ? (like as Tensor).graph.fill(x) : x
/** log(eᵃ + eᵇ) */
export const logaddexp: Binary = (a, b) =>
  floats(a, b, (x, y) => {
    const gap = ops.neg(ops.abs(ops.sub(x, y)))
    const same = ops.equal(x, y)
    return ops.add(ops.maximum(x, y), ops.log1p(ops.exp(ops.where(same, 0, gap))))
  })
/** (a − b)² */
export const squaredDifference: Binary = (a, b) => ops.square(floats(a, b, ops.sub))

export const equal: Binary = (a, b) => both(a, b, 'equal', ops.equal)
export const less: Binary = (a, b) => both(a, b, 'less', ops.less)
export const greater: Binary = (a, b) => less(b, a)
/** 1 where a ≤ b; 0 where one is NaN. */
export const lessEqual: Binary = (a, b) => {
  const [x, y] = alike([a, b]) as [Operand, Operand]
  return isInt(x) && isInt(y) ? ops.sub(1, less(y, x)) : ops.lessEqual(x, y)
}
export const greaterEqual: Binary = (a, b) => lessEqual(b, a)
/** 1 where a and b differ, and where one is NaN. */
export const notEqual: Binary = (a, b) => ops.sub(1, equal(a, b))
/** 1 where |a − b| ≤ atol + rtol·|b|. */
export const isClose = (a: Operand, b: Operand, rtol = 1e-5, atol = 1e-8): Tensor =>
  floats(a, b, (x, y) => {
    const near = ops.add(ops.mul(ops.abs(asTensorOf(y, x)), rtol), atol)
    return ops.maximum(ops.lessEqual(ops.abs(ops.sub(x, y)), near), ops.equal(x, y))
  })

/** 1 where x is not 0, NaN included. */
const truth = (x: Tensor): Tensor => notEqual(x, 0)
export const logicalNot = (x: Tensor): Tensor => equal(x, 0)
export const logicalAnd = (a: Tensor, b: Tensor): Tensor => ops.mul(truth(a), truth(b))
export const logicalOr = (a: Tensor, b: Tensor): Tensor => ops.maximum(truth(a), truth(b))
export const logicalXor = (a: Tensor, b: Tensor): Tensor => notEqual(truth(a), truth(b))

export const bitwiseAnd: Binary = (a, b) => ops.integer('and', a, b)
export const bitwiseOr: Binary = (a, b) => ops.integer('or', a, b)
export const bitwiseXor: Binary = (a, b) => ops.integer('xor', a, b)
export const bitwiseNot = (x: Tensor): Tensor => ops.integer('xor', x, -1)
export const leftShift: Binary = (a, b) => ops.integer('shl', a, b)
export const rightShift: Binary = (a, b) => ops.integer('shr', a, b)

/** a where the condition is not 0, else b. */
export const where = (condition: Tensor, a: Operand, b: Operand): Tensor => {
  const mask = isInt(condition) ? truth(condition) : condition
  const [x, y] = alike([a, b]) as [Operand, Operand]
  const whole = isInt(x) && isInt(y) && typeof x !== typeof y
  const chosen = (v: Operand) =>
    whole && typeof v === 'number' ? condition.graph.constant(Int32Array.of(v), []) : v
  return ops.where(mask, chosen(x), chosen(y))
}
/** The value of the first condition that holds, else `otherwise`. */
export const select = (
  conditions: readonly Tensor[],
  values: readonly Operand[],
  otherwise: Operand = 0,
): Tensor =>
  conditions.reduceRight<Operand>(
    (rest, condition, i) => where(condition, values[i] as Operand, rest),
    otherwise,
  ) as Tensor

/** x cut to [low, high]. */
export const clip = (x: Tensor, low: Operand, high: Operand): Tensor =>
  [x, low, high].every(isInt) ? minimum(maximum(x, low), high) : ops.clip(asFloat(x), low, high)
export const negative = (x: Tensor): Tensor => (isInt(x) ? ops.integer('sub', 0, x) : ops.neg(x))
export const absolute = (x: Tensor): Tensor => (isInt(x) ? maximum(x, negative(x)) : ops.abs(x))
export { absolute as abs }
export const square = (x: Tensor): Tensor => (isInt(x) ? multiply(x, x) : ops.square(x))
/** −1, 0 or 1; no gradient. */
export const sign = (x: Tensor): Tensor => (isInt(x) ? clip(x, -1, 1) : ops.sign(x))
