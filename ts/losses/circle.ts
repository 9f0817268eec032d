// Circle loss (Sun et al. 2020) for embeddings: samples of one class come near, those of others go
// far, each pair at its own pace. The pairs are those of a batch (or of its shard).

import { flag, positive } from '../checks.ts'
import { asFloat, logSumExp } from '../composites/common.ts'
import { GradloomError } from '../errors.ts'
import type { SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import { showShape } from '../shape.ts'
import type { Loss } from './loss.ts'
import { type LossOptions, makeLoss } from './make.ts'

export interface CircleOptions extends LossOptions {
  /** Scale of the similarities. Default 80. */
  gamma?: number
  /** How far from the best a pair still counts. Default 0.4. */
  margin?: number
  /** Whether a sample is no pair with itself. Default true. */
  removeDiagonal?: boolean
}

/** Stands for the logarithm of 0 without its infinity. */
const FAR = -1e30

/** 1 where samples are of one class, and 1 where they are not: [B, B] each */
const pairs = (labels: SymbolicTensor, removeDiagonal: boolean) => {
  const batch = labels.shape[0] as number
  const of = (shape: number[]) => ops.reshape(asFloat(labels), shape)
  const same = ops.equal(of([batch, 1]), of([1, batch]))
  const rows = labels.graph.constant(Int32Array.from({ length: batch }, (_, i) => i))
  const eye = ops.oneHot(rows, batch)
  return { same: removeDiagonal ? ops.sub(same, eye) : same, other: ops.sub(1, same) }
}

/** Mean over those that are above 0, which alone count, times their weights outside. */
const amongPositive = (loss: SymbolicTensor): SymbolicTensor => {
  const counts = ops.less(0, loss)
  const scale = ops.div(loss.shape[0] as number, ops.maximum(ops.sum(counts, [0]), 1))
  return ops.mul(loss, ops.mul(counts, scale))
}

/** yPred: embeddings of length 1: [B, D]; labels are class numbers: [B]. */
export const circle = (options: CircleOptions = {}): Loss => {
  const type = 'circle'
  const gamma = positive(type, 'gamma', options.gamma ?? 80)
  const margin = positive(type, 'margin', options.margin ?? 0.4)
  const removeDiagonal = flag(type, 'removeDiagonal', options.removeDiagonal ?? true)
  return makeLoss(type, options, {
    labels: 'int32',
    labelShape: (outputShape) => {
      if (outputShape.length === 2) return outputShape.slice(0, 1)
      const shown = showShape(outputShape)
      throw new GradloomError('shape', `${type}: the output must be [batch, size], not ${shown}.`, {
        subject: type,
      })
    },
    values: (yTrue, yPred) => {
      const { same, other } = pairs(yTrue, removeDiagonal)
      const distance = ops.relu(ops.sub(1, ops.matmul(yPred, yPred, false, true)))
      const near = ops.mul(ops.add(distance, margin), ops.sub(distance, margin))
      const apart = ops.sub(1 + margin, distance)
      const far = ops.mul(ops.relu(apart), ops.sub(1 - margin, distance))
      const of = (mask: SymbolicTensor, x: SymbolicTensor) =>
        logSumExp(ops.where(mask, ops.mul(x, gamma), FAR))
      return amongPositive(ops.softplus(ops.add(of(same, near), of(other, far))))
    },
    config: { gamma, margin, removeDiagonal },
  })
}
