// ONNX operators of neural networks but convolutions and attention: products, normalizations,
// losses.

import * as ops from '../../../ts/composites/index.ts'
import type { Operand, SymbolicTensor as Tensor } from '../../../ts/graph.ts'
import * as core from '../../../ts/ops.ts'
import { sizeOf } from '../../../ts/shape.ts'
import { type Call, type Operator, plain } from '../call.ts'

const gemm: Operator = (call) => {
  const turned = (x: Tensor, name: string) => (call.int(name) ? ops.transpose(x) : x)
  const product = ops.matmul(turned(call.x(0), 'transA'), turned(call.x(1), 'transB'))
  const scaled = ops.multiply(product, call.float('alpha', 1))
  const c = call.maybe(2)
  return c ? ops.add(scaled, ops.multiply(c, call.float('beta', 1))) : scaled
}

const matmulInteger: Operator = (call) => {
  const less = (i: number) => ops.cast(ops.subtract(call.x(i), call.maybe(i + 2) ?? 0), 'float32')
  return ops.cast(ops.matmul(less(0), less(1)), 'int32')
}

/** A number for each channel, for x: [B, C, ...]. */
const perChannel = (x: Tensor, of: Tensor): Tensor =>
  ops.reshape(of, [sizeOf(of.shape), ...x.shape.slice(2).map(() => 1)])

const scaled = (y: Tensor, scale: Tensor, bias: Tensor): Tensor =>
  ops.add(ops.multiply(y, perChannel(y, scale)), perChannel(y, bias))

const batchNormalization = (call: Call): readonly Tensor[] => {
  const [x, scale, bias] = [call.x(0), call.x(1), call.x(2)]
  const axes = x.shape.map((_, i) => i).filter((i) => i !== 1)
  const training = call.int('training_mode') === 1
  const known = [call.x(3), call.x(4)] as const
  const [mean, variance] = training ? ops.moments(x, axes) : known
  const root = ops.sqrt(ops.add(perChannel(x, variance), call.float('epsilon', 1e-5)))
  const y = scaled(ops.divide(ops.subtract(x, perChannel(x, mean)), root), scale, bias)
  const momentum = call.float('momentum', 0.9)
  const next = [mean, variance].map((now, i) =>
    ops.add(ops.multiply(known[i] as Tensor, momentum), ops.multiply(now as Tensor, 1 - momentum)),
  )
  return training ? [y, ...next] : [y]
}

/** x with its last axes as one, from `axis` on: normalized, and again of its shape. */
const normalizedFrom = (call: Call, axis: number, center: boolean): Tensor => {
  const x = call.x()
  const n = sizeOf(x.shape.slice(axis))
  const rows = ops.reshape(x, [sizeOf(x.shape) / n, n])
  const y = core.normalizeRows(rows, call.float('epsilon', 1e-5), center)
  return ops.reshape(y, x.shape)
}

const firstAxis = (call: Call): number => {
  const axis = call.int('axis', -1)
  return axis < 0 ? axis + call.x().shape.length : axis
}

const layerNormalization = (call: Call): readonly Tensor[] => {
  const axis = firstAxis(call)
  const axes = call
    .x()
    .shape.map((_, i) => i)
    .slice(axis)
  const y = ops.multiply(normalizedFrom(call, axis, true), call.x(1))
  const [mean, variance] = ops.moments(call.x(), axes, true)
  const bias = call.maybe(2)
  const inverse = ops.rsqrt(ops.add(variance, call.float('epsilon', 1e-5)))
  return [bias ? ops.add(y, bias) : y, mean, inverse]
}

/** x: [B, C, ...], normalized over each of the groups of channels. */
const grouped = (call: Call, groups: number): Tensor => {
  const x = call.x()
  const rows = ops.reshape(x, [(x.shape[0] as number) * groups, -1])
  const y = core.normalizeRows(rows, call.float('epsilon', 1e-5))
  return scaled(ops.reshape(y, x.shape), call.x(1), call.x(2))
}

const meanVariance: Operator = (call) => {
  const axes = call.ints('axes') ?? [0, 2, 3]
  const x = ops.subtract(call.x(), ops.mean(call.x(), axes, true))
  return ops.divide(x, ops.add(ops.std(x, axes, true), 1e-9))
}

/** Krizhevsky et al. 2012: x / (bias + alpha / size · Σ x² over neighbouring channels)^beta. */
const localResponse: Operator = (call) => {
  const [b, c, ...spatial] = call.x().shape as [number, number, ...number[]]
  const size = call.int('size')
  const flat = ops.reshape(ops.square(call.x()), [b, c, sizeOf(spatial)])
  const low = Math.floor((size - 1) / 2)
  const sums = core.sumPool(flat, {
    sizes: [size],
    strides: [1],
    low: [low],
    high: [size - 1 - low],
  })
  const shared = ops.multiply(sums, call.float('alpha', 1e-4) / size)
  const base = ops.add(ops.reshape(shared, call.x().shape), call.float('bias', 1))
  return ops.divide(call.x(), ops.power(base, call.float('beta', 0.75)))
}

/** logp: [N, C, ...], target: i32 [N, ...] → −Σ w·logp[target], reduced as asked. */
const negativeLogLikelihood = (call: Call, logp: Tensor): Tensor => {
  const target = call.x(1)
  const ignored = call.has('ignore_index')
    ? ops.equal(target, call.int('ignore_index'))
    : ops.zerosLike(target, 'float32')
  const safe = ops.where(ignored, ops.zerosLike(target), target)
  const picked = ops.takeAlongAxis(ops.moveaxis(logp, 1, -1), ops.expandDims(safe, -1))
  const weights: Operand = call.maybe(2) ? ops.take(call.x(2), safe) : 1
  const each = ops.where(ignored, 0, weights)
  const losses = ops.multiply(ops.negative(ops.squeeze(picked, -1)), each)
  const how = call.string('reduction', 'mean')
  if (how === 'none') return losses
  return how === 'sum' ? ops.sum(losses) : ops.divide(ops.sum(losses), ops.sum(each))
}

const crossEntropy = (call: Call): readonly Tensor[] => {
  const logp = ops.logSoftmax(call.x(), 1)
  return [negativeLogLikelihood(call, logp), logp]
}

/** a − b·cos(2πn/N) + c·cos(4πn/N), N the size, or one less if it is not periodic. */
const window =
  (a: number, b: number, c: number): Operator =>
  (call) => {
    const size = (call.numbers(0) as number[])[0] as number
    const period = call.int('periodic', 1) ? size : size - 1
    const n = ops.multiply(ops.arange(call.graph, 0, size, 1, 'float32'), (2 * Math.PI) / period)
    const first = ops.subtract(a, ops.multiply(ops.cos(n), b))
    return ops.add(first, ops.multiply(ops.cos(ops.multiply(n, 2)), c))
  }

/** At inference: the same numbers, and a mask of ones. */
const dropout = (call: Call): readonly Tensor[] => [
  ops.reshape(call.x(), call.x().shape),
  ops.onesLike(call.x()),
]

export const networks: Readonly<Record<string, Operator>> = {
  BatchNormalization: batchNormalization,
  BlackmanWindow: window(0.42, 0.5, 0.08),
  Det: plain(ops.det),
  Dropout: dropout,
  Gemm: gemm,
  GroupNormalization: (call) => grouped(call, call.int('num_groups')),
  HammingWindow: window(25 / 46, 21 / 46, 0),
  HannWindow: window(0.5, 0.5, 0),
  InstanceNormalization: (call) => grouped(call, call.x().shape[1] as number),
  LRN: localResponse,
  LayerNormalization: layerNormalization,
  LogSoftmax: (call) => ops.logSoftmax(call.x(), call.int('axis', -1)),
  LpNormalization: (call) => ops.normalize(call.x(), call.int('axis', -1), call.int('p', 2)),
  MatMul: plain(ops.matmul),
  MatMulInteger: matmulInteger,
  MeanVarianceNormalization: meanVariance,
  NegativeLogLikelihoodLoss: (call) => negativeLogLikelihood(call, call.x()),
  RMSNormalization: (call) => ops.multiply(normalizedFrom(call, firstAxis(call), false), call.x(1)),
  Softmax: (call) => ops.softmax(call.x(), call.int('axis', -1)),
  SoftmaxCrossEntropyLoss: crossEntropy,
}
