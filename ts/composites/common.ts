// What is composed of the primitive ops: means, norms, dropout, cross-entropies. No shape rule and
// no gradient of its own.

import { GradloomError } from '../errors.ts'
import type { Graph, Operand, SymbolicTensor as Tensor } from '../graph.ts'
import * as ops from '../ops.ts'
import { type Shape, sameShape, showShape, sizeOf } from '../shape.ts'
import type { Draw } from '../variable.ts'
import { asFloat, axisOf } from './axes.ts'

export { asFloat }

/** Keras's `epsilon()`: probabilities are kept this far from 0 and 1. */
export const EPSILON = 1e-7

const CHUNK = 4096

const allAxes = (x: Tensor): number[] => x.shape.map((_, i) => i)

/** Numbers of the axes from `first` on. */
export const axesFrom = (x: Tensor, first: number): number[] => allAxes(x).slice(first)

const sizeAlong = (x: Tensor, axes: readonly number[]): number =>
  axes.reduce((n, axis) => n * (x.shape.at(axis) as number), 1)

/** The number as a tensor of the graph. */
export const asTensor = (graph: Graph, x: Operand): Tensor =>
  typeof x === 'number' ? graph.fill(x) : x

/** Sum of all elements: []. Big tensors are first summed in runs, which all threads share. */
export const sumAll = (x: Tensor): Tensor => {
  if (sizeOf(x.shape) > CHUNK) return sumAll(ops.chunkSums(x))
  return x.shape.length === 0 ? x : ops.sum(x, allAxes(x))
}

/** Mean over `axes`; over all elements by default. */
export const mean = (x: Tensor, axes?: readonly number[], keepdims = false): Tensor => {
  if (!axes && !keepdims) return ops.div(sumAll(x), sizeOf(x.shape))
  const over = axes ?? allAxes(x)
  return over.length === 0 ? x : ops.div(ops.sum(x, over, keepdims), sizeAlong(x, over))
}

/** Mean of (x − mean)² over `axes`; over all elements by default. */
export const variance = (x: Tensor, axes?: readonly number[], keepdims = false): Tensor => {
  const over = axes ?? allAxes(x)
  return mean(ops.square(ops.sub(x, mean(x, over, true))), axes, keepdims)
}

/** x: [B, ...] → mean over all but the first axis: [B] */
export const meanPerSample = (x: Tensor): Tensor =>
  x.shape.length < 2 ? x : mean(x, axesFrom(x, 1))

/** √Σ x²: []. Its gradient at 0 is not finite. */
export const norm = (x: Tensor): Tensor => ops.sqrt(sumAll(ops.square(x)))

/** √ of the sum of the squares of all elements of all tensors: [] */
export const globalNorm = (tensors: readonly Tensor[]): Tensor => {
  const sums = tensors.map((x) => sumAll(ops.square(x)))
  return ops.sqrt(sums.reduce((a, b) => ops.add(a, b)))
}

/** Each element is 0 with probability `rate`, else x / (1 − rate); `shape`: of what is drawn. */
export const dropout = (
  x: Tensor,
  rate: number,
  draw: Omit<Draw, 'graph'>,
  shape: Shape = x.shape,
): Tensor => {
  const uniform = ops.randomUniform(draw.rng, draw.stream, shape)
  return ops.mul(x, ops.mul(ops.lessEqual(rate, uniform), 1 / (1 - rate)))
}

/** `f`, which works along the last axis, along any axis. */
export const along = (x: Tensor, axis: number, f: (x: Tensor) => Tensor): Tensor => {
  const last = x.shape.length - 1
  const at = axis < 0 ? axis + x.shape.length : axis
  if (at === last) return f(x)
  const swapped = allAxes(x).map((i) => (i === at ? last : i === last ? at : i))
  return ops.transpose(f(ops.transpose(x, swapped)), swapped)
}

/** Softmax along any axis. */
export const softmaxAlong = (x: Tensor, axis: number): Tensor => along(x, axis, ops.softmax)

/** The axis `axis` moved to the end. */
export const axisLast = (x: Tensor, axis: number): Tensor => {
  const at = axisOf('transpose', x.shape, axis)
  const order = allAxes(x).filter((i) => i !== at)
  return at === order.length ? x : ops.transpose(x, [...order, at])
}

/** log Σ exp(x) along the last axis, exact for far x. */
export const logSumExp = (x: Tensor): Tensor => {
  const top = ops.stopGradient(ops.max(x, -1, true))
  const sums = ops.log(ops.sum(ops.exp(ops.sub(x, top)), [-1]))
  return ops.add(sums, ops.reshape(top, sums.shape))
}

/** x / max(|x|, ε) along `axis`. */
export const normalizeAlong = (x: Tensor, axis: number): Tensor => {
  const squares = ops.sum(ops.square(x), [axis], true)
  return ops.div(x, ops.sqrt(ops.maximum(squares, EPSILON * EPSILON)))
}

/** The logits that `p` was computed from by `activation`, where that is known. */
export const logitsOf = (p: Tensor, activation: 'softmax' | 'sigmoid'): Tensor | undefined =>
  p.origin?.activation === activation ? p.origin.logits : undefined

/** p kept inside [ε, 1 − ε], as Keras does before a logarithm. */
export const clipProbabilities = (p: Tensor): Tensor => ops.clip(p, EPSILON, 1 - EPSILON)

/** targets, p: [..., C] → −Σ targets·log(p / Σp): [...], with p clipped as Keras does. */
export const categoricalFromProbabilities = (targets: Tensor, p: Tensor): Tensor => {
  const shares = ops.div(p, ops.sum(p, [-1], true))
  return ops.neg(ops.sum(ops.mul(targets, ops.log(clipProbabilities(shares))), [-1]))
}

/** targets, p: [..., C] → [...], from the logits where `fromLogits` or `p.origin` gives them. */
export const categoricalCrossEntropy = (
  targets: Tensor,
  p: Tensor,
  fromLogits: boolean,
): Tensor => {
  const logits = fromLogits ? p : logitsOf(p, 'softmax')
  return logits
    ? ops.softmaxCrossEntropy(logits, targets)
    : categoricalFromProbabilities(targets, p)
}

/** −t·log σ(x) − (1 − t)·log σ(−x), exact for far logits: log σ(x) = −softplus(−x). */
export const binaryFromLogits = (targets: Tensor, logits: Tensor): Tensor => {
  const ifOne = ops.mul(targets, ops.softplus(ops.neg(logits)))
  return ops.mulAdd(ops.sub(1, targets), ops.softplus(logits), ifOne)
}

/** −t·log p − (1 − t)·log(1 − p), with p clipped as Keras does. */
export const binaryFromProbabilities = (targets: Tensor, p: Tensor): Tensor => {
  const clipped = clipProbabilities(p)
  const ifOne = ops.mul(targets, ops.log(clipped))
  return ops.neg(ops.mulAdd(ops.sub(1, targets), ops.log(ops.sub(1, clipped)), ifOne))
}

/** targets, p: [...] → [...], from the logits where `fromLogits` or `p.origin` gives them. */
export const binaryCrossEntropy = (targets: Tensor, p: Tensor, fromLogits: boolean): Tensor => {
  const logits = fromLogits ? p : logitsOf(p, 'sigmoid')
  return logits ? binaryFromLogits(targets, logits) : binaryFromProbabilities(targets, p)
}

const mismatch = (subject: string, wanted: Shape, given: Shape): GradloomError =>
  new GradloomError(
    'shape',
    `${subject}: expected labels of shape ${showShape([null, ...wanted.slice(1)])} for this ` +
      `output, but was given ${showShape([null, ...given.slice(1)])}.`,
    { subject },
  )

/**
 * Labels as f32 in the shape of yPred. As in Keras, [B] may stand for [B, 1] and the reverse;
 * nothing is broadcast beyond that.
 */
export const labelsLike = (subject: string, yTrue: Tensor, yPred: Tensor): Tensor => {
  const y = asFloat(yTrue)
  if (sameShape(y.shape, yPred.shape)) return y
  const missing = sameShape([...y.shape, 1], yPred.shape)
  const extra = sameShape(y.shape, [...yPred.shape, 1])
  if (missing || extra) return ops.reshape(y, yPred.shape)
  throw mismatch(subject, yPred.shape, y.shape)
}

/** Class numbers [...] or [..., 1] for scores [..., C] → [...] */
export const labelsOf = (subject: string, classes: Tensor, scores: Tensor): Tensor => {
  const wanted = scores.shape.slice(0, -1)
  if (sameShape(classes.shape, wanted)) return classes
  if (sameShape(classes.shape, [...wanted, 1])) return ops.reshape(classes, wanted)
  throw mismatch(subject, wanted, classes.shape)
}
