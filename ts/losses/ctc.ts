// Connectionist temporal classification (Graves et al. 2006): labels without places in a longer
// sequence of outputs. The sum over all alignments runs forward in logarithms; gradients are those
// of its ops.

import { asFloat, logSumExp } from '../composites/common.ts'
import { GradloomError } from '../errors.ts'
import type { SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import { showShape } from '../shape.ts'
import type { Loss } from './loss.ts'
import { type LossOptions, makeLoss } from './make.ts'

const TYPE = 'ctc'
/** Logarithm of what is impossible. */
const FAR = -1e30

/** Σ over all alignments of two, three … in logarithms, element by element. */
const logAdd = (...xs: readonly SymbolicTensor[]): SymbolicTensor => {
  const most = ops.stopGradient(xs.reduce(ops.maximum))
  const sum = xs.map((x) => ops.exp(ops.sub(x, most))).reduce(ops.add)
  return ops.add(most, ops.log(sum))
}

/** x: [B, S] → x[s − by], `fill` before it. */
const shifted = (x: SymbolicTensor, by: number, fill: number): SymbolicTensor => {
  const [count, size] = x.shape as readonly [number, number]
  const kept = ops.slice(x, [0, 0], [count, size - by], [1, 1])
  return ops.place(kept, x.shape, [0, by], [1, 1], fill)
}

/**
 * x: [B, T, S] → T times [B, S]; by halves, as the gradient of a slice is as large as the whole.
 */
const inTime = (x: SymbolicTensor): SymbolicTensor[] => {
  const [count, steps, size] = x.shape as readonly [number, number, number]
  if (steps === 1) return [ops.reshape(x, [count, size])]
  const half = steps >> 1
  const part = (from: number, length: number) =>
    inTime(ops.slice(x, [0, from, 0], [count, length, size], [1, 1, 1]))
  return [...part(0, half), ...part(half, steps - half)]
}

/** labels: f32 [B, L], logits: [B, T, C] → −log p(labels): [B] */
const negativeLogLikelihood = (labels: SymbolicTensor, logits: SymbolicTensor): SymbolicTensor => {
  const [count, , classes] = logits.shape as readonly [number, number, number]
  const size = 2 * (labels.shape[1] as number) + 1
  const { graph } = logits
  const places = graph.constant(Float32Array.from({ length: size }, (_, s) => s))
  // A blank around each label: [B, S]
  const path = ops.place(labels, [count, size], [0, 1], [1, 2], 0)
  const chosen = ops.oneHot(ops.castI32(path), classes)
  const scores = inTime(ops.matmul(ops.logSoftmax(logits), chosen, false, true))
  // The blank between two labels may be left out if they differ.
  const isAgain = ops.maximum(ops.equal(path, 0), ops.equal(path, shifted(path, 2, 0)))
  const barrier = ops.mul(isAgain, FAR)
  const isStart = graph.constant(Float32Array.from({ length: size }, (_, s) => (s < 2 ? 1 : 0)))
  let alpha = ops.where(isStart, scores[0] as SymbolicTensor, FAR)
  for (const score of scores.slice(1)) {
    const skipped = ops.add(shifted(alpha, 2, FAR), barrier)
    alpha = ops.add(logAdd(alpha, shifted(alpha, 1, FAR), skipped), score)
  }
  const blanks = ops.equal(labels, 0)
  const length = ops.sub(labels.shape[1] as number, ops.sumTo(blanks, [count, 1]))
  const last = ops.mul(length, 2)
  const isEnd = ops.maximum(ops.equal(places, last), ops.equal(places, ops.sub(last, 1)))
  return ops.neg(logSumExp(ops.where(isEnd, alpha, FAR)))
}

/**
 * −log p of the labels, over all their alignments. Output: logits [B, T, C]; labels: class numbers
 * [B, L] with 0, the blank, behind their end. Each step in time is described by itself, so T should
 * be some hundreds at most; labels that do not fit into T steps have a loss of 1e30.
 */
export const ctc = (options: LossOptions = {}): Loss =>
  makeLoss(TYPE, options, {
    labels: 'int32',
    anyLabels: true,
    classes: (outputShape) => outputShape.at(-1) as number,
    labelShape: (outputShape) => {
      if (outputShape.length === 3) return outputShape.slice(0, 2)
      const given = showShape(outputShape)
      const message = `${TYPE}: expects logits [batch, time, classes], not ${given}.`
      throw new GradloomError('shape', message, { subject: TYPE })
    },
    values: (yTrue, yPred) => negativeLogLikelihood(asFloat(yTrue), yPred),
  })
