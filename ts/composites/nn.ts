// The ops of neural networks under the names of `keras.ops`: activations, convolutions, poolings
// and cross-entropies.

import {
  asFloat,
  binaryCrossEntropy,
  categoricalCrossEntropy,
  softmaxAlong,
} from '../composites.ts'
import * as ops from '../ops.ts'
import { axisOf, type Tensor } from './axes.ts'
import { oneHot } from './create.ts'
import { moveaxis } from './shape.ts'

export { elu, gelu, leakyRelu, relu, silu, softplus } from '../ops.ts'
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
