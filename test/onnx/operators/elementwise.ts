// ONNX operators that work element by element: arithmetic, functions, activations, comparisons.

import * as activations from '../../../ts/activations/index.ts'
import * as ops from '../../../ts/composites/index.ts'
import type { SymbolicTensor as Tensor } from '../../../ts/graph.ts'
import { type Call, type Operator, plain } from '../call.ts'

const limit = (call: Call, i: number, otherwise: number) => call.maybe(i) ?? otherwise

/** Whole numbers are divided towards zero. */
const div = (a: Tensor, b: Tensor): Tensor =>
  a.dtype === 'int32' && b.dtype === 'int32'
    ? ops.multiply(
        ops.multiply(ops.sign(a), ops.sign(b)),
        ops.floorDivide(ops.absolute(a), ops.absolute(b)),
      )
    : ops.divide(a, b)

/** The rest with the sign of the divisor, or, as C's fmod, of the dividend. */
const mod: Operator = (call) => {
  const [a, b] = [call.x(0), call.x(1)]
  if (!call.int('fmod')) return ops.mod(a, b)
  return ops.multiply(ops.sign(a), ops.mod(ops.absolute(a), ops.absolute(b)))
}

/** x in the dtype of the first operand. */
const pow = (a: Tensor, b: Tensor) => ops.cast(ops.power(a, b), a.dtype)

const infinite: Operator = (call) => {
  const x = call.x()
  const [low, high] = [call.int('detect_negative', 1), call.int('detect_positive', 1)]
  if (low && high) return ops.isInf(x)
  return ops.equal(x, high ? Infinity : -Infinity)
}

const shrink: Operator = (call) => {
  const [x, by, bias] = [call.x(), call.float('lambd', 0.5), call.float('bias')]
  const below = ops.where(ops.less(x, -by), ops.add(x, bias), 0)
  return ops.where(ops.greater(x, by), ops.subtract(x, bias), below)
}

/** What is left of i32 in the dtype of the case. */
const wrapped = (call: Call, y: Tensor): Tensor =>
  call.type(0) === 'uint8' ? ops.bitwiseAnd(y, 255) : y

const bitShift: Operator = (call) => {
  const shift = call.string('direction') === 'RIGHT' ? ops.rightShift : ops.leftShift
  return wrapped(call, shift(call.x(0), call.x(1)))
}

const gate: Operator = (call) =>
  ops.multiply(
    ops.multiply(call.x(), ops.sigmoid(ops.multiply(call.x(), call.float('alpha', 1)))),
    call.maybe(1) ?? 1,
  )

/** One tensor is its own sum. */
const all =
  (f: (a: Tensor, b: Tensor) => Tensor): Operator =>
  (call) =>
    call.all().reduce(f)

export const elementwise: Readonly<Record<string, Operator>> = {
  Abs: plain(ops.absolute),
  Acos: plain(ops.arccos),
  Acosh: plain(ops.arccosh),
  Add: plain(ops.add),
  And: plain(ops.logicalAnd),
  Asin: plain(ops.arcsin),
  Asinh: plain(ops.arcsinh),
  Atan: plain(ops.arctan),
  Atanh: plain(ops.arctanh),
  BitShift: bitShift,
  BitwiseAnd: plain(ops.bitwiseAnd),
  BitwiseNot: (call) => wrapped(call, ops.bitwiseNot(call.x())),
  BitwiseOr: plain(ops.bitwiseOr),
  BitwiseXor: plain(ops.bitwiseXor),
  Ceil: plain(ops.ceil),
  Celu: (call) => activations.celu(call.x(), { alpha: call.float('alpha', 1) }),
  Clip: (call) => ops.clip(call.x(), limit(call, 1, -Infinity), limit(call, 2, Infinity)),
  Cos: plain(ops.cos),
  Cosh: plain(ops.cosh),
  Div: plain(div),
  Elu: (call) => activations.elu(call.x(), { alpha: call.float('alpha', 1) }),
  Equal: plain(ops.equal),
  Erf: plain(ops.erf),
  Exp: plain(ops.exp),
  Floor: plain(ops.floor),
  Gelu: (call) =>
    activations.gelu(call.x(), { approximate: call.string('approximate') === 'tanh' }),
  Greater: plain(ops.greater),
  GreaterOrEqual: plain(ops.greaterEqual),
  HardSigmoid: (call) =>
    ops.clip(
      ops.add(ops.multiply(call.x(), call.float('alpha', 0.2)), call.float('beta', 0.5)),
      0,
      1,
    ),
  HardSwish: plain(activations.hardSwish),
  Identity: plain((x: Tensor) => ops.reshape(x, x.shape)),
  IsInf: infinite,
  IsNaN: plain(ops.isNan),
  LeakyRelu: (call) =>
    activations.leakyRelu(call.x(), { negativeSlope: call.float('alpha', 0.01) }),
  Less: plain(ops.less),
  LessOrEqual: plain(ops.lessEqual),
  Log: plain(ops.log),
  Max: all(ops.maximum),
  Mean: (call) => ops.divide(call.all().reduce(ops.add), call.count),
  Min: all(ops.minimum),
  Mish: plain(activations.mish),
  Mod: mod,
  Mul: plain(ops.multiply),
  Neg: plain(ops.negative),
  Not: plain(ops.logicalNot),
  Or: plain(ops.logicalOr),
  PRelu: plain((x: Tensor, slope: Tensor) => ops.where(ops.less(x, 0), ops.multiply(x, slope), x)),
  Pow: plain(pow),
  Reciprocal: plain(ops.reciprocal),
  Relu: plain((x: Tensor) => activations.relu(x)),
  Round: plain((x: Tensor) => ops.round(x)),
  Selu: (call) =>
    ops.multiply(
      activations.elu(call.x(), { alpha: call.float('alpha', 1.6732632) }),
      call.float('gamma', 1.050701),
    ),
  Shrink: shrink,
  Sigmoid: plain(ops.sigmoid),
  Sign: plain(ops.sign),
  Sin: plain(ops.sin),
  Sinh: plain(ops.sinh),
  Softplus: plain(ops.softplus),
  Softsign: plain(activations.softsign),
  Sqrt: plain(ops.sqrt),
  Sub: plain(ops.subtract),
  Sum: all(ops.add),
  SwiGLU: gate,
  Swish: gate,
  Tan: plain(ops.tan),
  Tanh: plain(ops.tanh),
  ThresholdedRelu: (call) => activations.threshold(call.x(), { threshold: call.float('alpha', 1) }),
  Where: plain(ops.where),
  Xor: plain(ops.logicalXor),
}
