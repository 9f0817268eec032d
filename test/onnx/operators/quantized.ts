// ONNX's quantized operators: numbers of 0 to 255 with a scale and a zero point, as arithmetic of f32.

import * as ops from '../../../ts/composites/index.ts'
import type { SymbolicTensor as Tensor } from '../../../ts/graph.ts'
import type { Call, Operator } from '../call.ts'
import { convolved } from './windows.ts'

/** One number for all of x, for each place along `axis`, or for each block of places. */
const spread = (call: Call, i: number): Tensor | number => {
  const given = call.maybe(i)
  if (!given) return 0
  const { shape } = call.x()
  const axis = call.int('axis', 1)
  if (given.shape.length === 1) {
    return ops.reshape(
      given,
      shape.map((_, at) => (at === axis ? -1 : 1)),
    )
  }
  if (given.shape.length === 0) return given
  const wide = ops.repeat(given, call.int('block_size', 1), axis)
  return ops.slice(
    wide,
    shape.map(() => 0),
    shape,
  )
}

type Scale = Tensor | number

const quantized = (x: Tensor, scale: Scale, zero: Scale): Tensor =>
  ops.cast(ops.clip(ops.add(ops.round(ops.divide(x, scale)), zero), 0, 255), 'int32')

const dequantized = (x: Tensor, scale: Scale, zero: Scale): Tensor =>
  ops.multiply(ops.cast(ops.subtract(x, zero), 'float32'), scale)

/** The scale that 0 and all of x fit into, and where 0 lies. */
const dynamic = (call: Call): readonly Tensor[] => {
  const x = call.x()
  const low = ops.min(x, undefined, false, 0)
  const scale = ops.divide(ops.subtract(ops.max(x, undefined, false, 0), low), 255)
  const zero = ops.clip(ops.round(ops.divide(ops.negative(low), scale)), 0, 255)
  return [quantized(x, scale, zero), scale, ops.cast(zero, 'int32')]
}

/** A product of two quantized tensors: numbers, scale and zero point of each, and of the result. */
const product =
  (f: (call: Call, a: Tensor, b: Tensor) => Tensor): Operator =>
  (call) => {
    const [a, b] = [0, 3].map((i) => dequantized(call.x(i), call.x(i + 1), call.x(i + 2)))
    return quantized(f(call, a as Tensor, b as Tensor), call.x(6), call.x(7))
  }

export const quantizations: Readonly<Record<string, Operator>> = {
  DequantizeLinear: (call) => dequantized(call.x(), spread(call, 1), spread(call, 2)),
  DynamicQuantizeLinear: dynamic,
  QLinearConv: product(convolved),
  QLinearMatMul: product((_, a, b) => ops.matmul(a, b)),
  QuantizeLinear: (call) => quantized(call.x(), spread(call, 1), spread(call, 2)),
}
