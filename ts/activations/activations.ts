// The activation functions by Keras's names and with Keras's defaults. Each is a function of a
// tensor; the strings that choose one are in `registry.ts`.

import { along, softmaxAlong } from '../composites/common.ts'
import { takeAlongAxis } from '../composites/indexing.ts'
import { GradloomError } from '../errors.ts'
import type { SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import { showShape } from '../shape.ts'

/** x: [...] → y: [...] of the same shape. */
export type ActivationFunction = (x: SymbolicTensor) => SymbolicTensor

/** x */
export const linear = (x: SymbolicTensor): SymbolicTensor => x

export interface ReluOptions {
  /** Slope below the threshold. Default 0. */
  negativeSlope?: number
  /** Largest value. Default null: no limit. */
  maxValue?: number | null
  /** From here on x passes. Default 0. */
  threshold?: number
}

/**
 * max(x, 0); with options x above `threshold`, at most `maxValue`, and
 * negativeSlope·(x − threshold) below.
 */
export const relu = (
  x: SymbolicTensor,
  { negativeSlope = 0, maxValue = null, threshold = 0 }: ReluOptions = {},
): SymbolicTensor => {
  const above = threshold === 0 ? ops.relu(x) : ops.where(ops.less(threshold, x), x, 0)
  const cut = maxValue === null ? above : ops.clip(above, 0, maxValue)
  if (negativeSlope === 0) return cut
  return ops.mulAdd(ops.relu(ops.sub(threshold, x)), -negativeSlope, cut)
}

/** min(max(x, 0), 6) */
export const relu6 = (x: SymbolicTensor): SymbolicTensor => ops.clip(x, 0, 6)

/** x where x > 0, else `negativeSlope`·x. Default slope 0.2. */
export const leakyRelu = (
  x: SymbolicTensor,
  { negativeSlope = 0.2 }: { negativeSlope?: number } = {},
): SymbolicTensor => ops.leakyRelu(x, negativeSlope)

/** x where x > 0, else `alpha`·(exp(x) − 1). Default alpha 1. */
export const elu = (x: SymbolicTensor, { alpha = 1 }: { alpha?: number } = {}): SymbolicTensor =>
  ops.elu(x, alpha)

/** x where x > 0, else `alpha`·(exp(x / alpha) − 1). Default alpha 1. */
export const celu = (x: SymbolicTensor, { alpha = 1 }: { alpha?: number } = {}): SymbolicTensor =>
  ops.mulAdd(ops.elu(ops.div(ops.minimum(x, 0), alpha), 1), alpha, ops.relu(x))

/** Klambauer et al. 2017: scale·elu(x) whose outputs keep mean 0 and variance 1. */
export const selu = (x: SymbolicTensor): SymbolicTensor =>
  ops.mul(ops.elu(x, 1.6732632423543772), 1.0507009873554805)

/** exp(x) */
export const exponential = (x: SymbolicTensor): SymbolicTensor => ops.exp(x)

/** 1 / (1 + exp(−x)) */
export const sigmoid = (x: SymbolicTensor): SymbolicTensor => ops.sigmoid(x)

/** log sigmoid(x) = −log(1 + exp(−x)) */
export const logSigmoid = (x: SymbolicTensor): SymbolicTensor => ops.neg(ops.softplus(ops.neg(x)))

/** min(max(x + 3, 0), 6) / 6 */
export const hardSigmoid = (x: SymbolicTensor): SymbolicTensor =>
  ops.clip(ops.mulAdd(x, 1 / 6, 0.5), 0, 1)

/** min(max(x + 1, 0), 2) / 2 */
export const sparseSigmoid = (x: SymbolicTensor): SymbolicTensor =>
  ops.clip(ops.mulAdd(x, 0.5, 0.5), 0, 1)

/** x kept within ±1. */
export const hardTanh = (x: SymbolicTensor): SymbolicTensor => ops.clip(x, -1, 1)

/** x − tanh(x) */
export const tanhShrink = (x: SymbolicTensor): SymbolicTensor => ops.sub(x, ops.tanh(x))

/** x outside ±`threshold`, else 0. Default 0.5. */
export const hardShrink = (
  x: SymbolicTensor,
  { threshold = 0.5 }: { threshold?: number } = {},
): SymbolicTensor => ops.where(ops.less(threshold, ops.abs(x)), x, 0)

/** x drawn towards 0 by `threshold`, and 0 where that is past it. Default 0.5. */
export const softShrink = (
  x: SymbolicTensor,
  { threshold = 0.5 }: { threshold?: number } = {},
): SymbolicTensor => ops.sub(x, ops.clip(x, -threshold, threshold))

/** x above `threshold`, else `defaultValue`. Default 0 and 0. */
export const threshold = (
  x: SymbolicTensor,
  options: { threshold?: number; defaultValue?: number } = {},
): SymbolicTensor => ops.where(ops.less(options.threshold ?? 0, x), x, options.defaultValue ?? 0)

export const tanh = (x: SymbolicTensor): SymbolicTensor => ops.tanh(x)

/** exp(x) / Σ exp(x) along `axis`. Default axis −1, the last. */
export const softmax = (x: SymbolicTensor, { axis = -1 }: { axis?: number } = {}): SymbolicTensor =>
  softmaxAlong(x, axis)

/** x − log Σ exp(x) along `axis`. Default axis −1, the last. */
export const logSoftmax = (
  x: SymbolicTensor,
  { axis = -1 }: { axis?: number } = {},
): SymbolicTensor => along(x, axis, ops.logSoftmax)

/**
 * Martins & Astudillo 2016: the nearest distribution to x along `axis`, which leaves most places
 * exactly 0. Default axis −1.
 */
export const sparsemax = (
  x: SymbolicTensor,
  { axis = -1 }: { axis?: number } = {},
): SymbolicTensor => along(x, axis, nearestDistribution)

/** x less the mean of what exceeds 1, of the places that stay above 0: found by order. */
const nearestDistribution = (x: SymbolicTensor): SymbolicTensor => {
  const places = Float32Array.from({ length: x.shape.at(-1) as number }, (_, i) => i + 1)
  const excess = (mask: SymbolicTensor, of: SymbolicTensor) =>
    ops.div(ops.sub(ops.sum(ops.mul(mask, of), [-1], true), 1), ops.sum(mask, [-1], true))
  const falling = takeAlongAxis(x, ops.argsort(x, true), -1)
  const sums = ops.sub(ops.cumsum(falling, x.shape.length - 1), 1)
  const stays = ops.less(ops.div(sums, x.graph.constant(places)), falling)
  const above = ops.less(excess(stays, falling), x)
  return ops.relu(ops.sub(x, excess(above, x)))
}

/** a·sigmoid(b) for the halves a and b of x along `axis`: half as large. Default axis −1. */
export const glu = (x: SymbolicTensor, { axis = -1 }: { axis?: number } = {}): SymbolicTensor => {
  const at = axis < 0 ? axis + x.shape.length : axis
  const size = x.shape[at] ?? 1
  if (size % 2) {
    throw new GradloomError('shape', `glu: axis ${axis} of ${showShape(x.shape)} has no halves.`)
  }
  const sizes = x.shape.with(at, size / 2)
  const from = (first: number) => x.shape.map((_, i) => (i === at ? first : 0))
  const steps = x.shape.map(() => 1)
  const [a, b] = [0, size / 2].map((first) => ops.slice(x, from(first), sizes, steps))
  return ops.mul(a as SymbolicTensor, ops.sigmoid(b as SymbolicTensor))
}

/** x / (1 + |x|) */
export const softsign = (x: SymbolicTensor): SymbolicTensor => ops.div(x, ops.add(ops.abs(x), 1))

/** (x + √(x² + b)) / 2, without its cancellation and overflow far out. Default b 4. */
export const squareplus = (x: SymbolicTensor, { b = 4 }: { b?: number } = {}): SymbolicTensor => {
  const isAbove = ops.less(0, x)
  const size = ops.where(isAbove, x, ops.neg(x))
  const unit = ops.maximum(size, 1)
  const root = ops.sqrt(ops.add(ops.square(ops.div(x, unit)), ops.div(ops.div(b, unit), unit)))
  const half = ops.mulAdd(root, ops.mul(unit, 0.5), ops.mul(size, 0.5))
  return ops.where(isAbove, half, ops.div(b / 4, half))
}

/** 0 up to −1, x from 1 on, (x + 1)² / 4 between. */
export const sparsePlus = (x: SymbolicTensor): SymbolicTensor => {
  const middle = ops.square(ops.add(ops.clip(x, -1, 1), 1))
  return ops.mulAdd(middle, 0.25, ops.relu(ops.sub(x, 1)))
}

/** log(1 + exp(x)) */
export const softplus = (x: SymbolicTensor): SymbolicTensor => ops.softplus(x)

/** x·Φ(x), Φ the normal distribution; by tanh when `approximate`. Default false. */
export const gelu = (
  x: SymbolicTensor,
  { approximate = false }: { approximate?: boolean } = {},
): SymbolicTensor => ops.gelu(x, approximate)

/** x·sigmoid(x), also called swish. */
export const silu = (x: SymbolicTensor): SymbolicTensor => ops.silu(x)

export const swish = silu

/** x·hardSigmoid(x), also called hardSwish. */
export const hardSilu = (x: SymbolicTensor): SymbolicTensor => ops.mul(x, hardSigmoid(x))

export const hardSwish = hardSilu

/** x·tanh(softplus(x)) */
export const mish = (x: SymbolicTensor): SymbolicTensor => ops.mul(x, ops.tanh(ops.softplus(x)))
