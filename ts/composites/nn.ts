// The ops of neural networks under the names of `keras.ops`: activations, convolutions, poolings
// and cross-entropies.

import * as ops from '../ops.ts'
import { type Axes, axesOf, axisOf, type Tensor } from './axes.ts'
import {
  asFloat,
  binaryCrossEntropy,
  categoricalCrossEntropy,
  EPSILON,
  softmaxAlong,
} from './common.ts'
import { oneHot } from './create.ts'
import { mean as meanOf, moments } from './reduce.ts'
import { moveaxis } from './shape.ts'

export { elu, gelu, leakyRelu, relu, silu, softplus } from '../ops.ts'
export { dotProductAttention } from './attention.ts'
export {
  adaptiveAveragePool,
  adaptiveMaxPool,
  averagePool,
  convolve as conv,
  convolveDepthwise as depthwiseConv,
  convolveTransposed as convTranspose,
  maxPool,
} from './convolution.ts'

export const softmax = (x: Tensor, axis = -1): Tensor =>
  softmaxAlong(x, axisOf('softmax', x.shape, axis))
export const logSoftmax = (x: Tensor, axis = -1): Tensor =>
  moveaxis(ops.logSoftmax(moveaxis(x, axis, -1)), -1, axis)
/** min(max(x, 0), 6) */
export const relu6 = (x: Tensor): Tensor => ops.clip(x, 0, 6)
/** log sigmoid(x) */
export const logSigmoid = (x: Tensor): Tensor => ops.neg(ops.softplus(ops.neg(x)))

/** One number for each place along `axis`, in a shape that broadcasts to x. */
const along = (op: string, x: Tensor, axis: Axes, values: Tensor): Tensor => {
  const axes = axesOf(op, x.shape, axis)
  return ops.reshape(
    values,
    x.shape.map((size, i) => (axes.includes(i) ? size : 1)),
  )
}

const standard = (variance: Tensor, epsilon: number): Tensor =>
  ops.reciprocal(ops.sqrt(ops.add(variance, epsilon)))

/** (x − mean) / √(variance + ε)·gamma + beta, of the numbers along `axis`. */
export const layerNormalization = (
  x: Tensor,
  gamma?: Tensor,
  beta?: Tensor,
  axis: Axes = -1,
  epsilon: number = EPSILON,
): Tensor => {
  const [mean, variance] = moments(asFloat(x), axis, true)
  const y = ops.mul(ops.sub(asFloat(x), mean), standard(variance, epsilon))
  const of = (values: Tensor) => along('layerNormalization', x, axis, values)
  const scaled = gamma ? ops.mul(y, of(gamma)) : y
  return beta ? ops.add(scaled, of(beta)) : scaled
}
/** x / √(mean of x² + ε)·scale, of the numbers along `axis`. */
export const rmsNormalization = (
  x: Tensor,
  scale?: Tensor,
  axis: Axes = -1,
  epsilon: number = EPSILON,
): Tensor => {
  const y = ops.mul(asFloat(x), standard(meanOf(ops.square(asFloat(x)), axis, true), epsilon))
  return scale ? ops.mul(y, along('rmsNormalization', x, axis, scale)) : y
}
/** (x − mean) / √(variance + ε)·scale + offset, one number of each for a place along `axis`. */
export const batchNormalization = (
  x: Tensor,
  mean: Tensor,
  variance: Tensor,
  axis: number,
  offset?: Tensor,
  scale?: Tensor,
  epsilon = 1e-3,
): Tensor => {
  const of = (values: Tensor) => along('batchNormalization', x, axis, values)
  const factor = standard(of(variance), epsilon)
  const scaled = scale ? ops.mul(factor, of(scale)) : factor
  const y = ops.mul(ops.sub(asFloat(x), of(mean)), scaled)
  return offset ? ops.add(y, of(offset)) : y
}

/** target, output: [..., C] → [...]; output holds probabilities, or logits. */
export const categoricalCrossentropy = (
  target: Tensor,
  output: Tensor,
  fromLogits = false,
): Tensor => categoricalCrossEntropy(asFloat(target), output, fromLogits)
/** target: i32 [...], output: [..., C] → [...] */
export const sparseCategoricalCrossentropy = (
  target: Tensor,
  output: Tensor,
  fromLogits = false,
): Tensor => categoricalCrossEntropy(oneHot(target, output.shape.at(-1) ?? 0), output, fromLogits)
/** target, output: [...] → [...] */
export const binaryCrossentropy = (target: Tensor, output: Tensor, fromLogits = false): Tensor =>
  binaryCrossEntropy(asFloat(target), output, fromLogits)
