// Cosine similarity as a loss: −1 where labels and outputs point the same way.

import { integer } from '../checks.ts'
import { normalizeAlong } from '../composites/common.ts'
import * as ops from '../ops.ts'
import type { Loss } from './loss.ts'
import { alikeLoss, type LossOptions } from './make.ts'

export interface CosineSimilarityOptions extends LossOptions {
  /** Axis of the vectors. Default −1, the last. */
  axis?: number
}

/** −Σ of the product of both, each normalised to length 1. */
export const cosineSimilarity = ({ axis = -1, ...options }: CosineSimilarityOptions = {}): Loss => {
  const type = 'cosineSimilarity'
  integer(type, 'axis', axis)
  return alikeLoss(
    type,
    options,
    (yTrue, yPred) => {
      const product = ops.mul(normalizeAlong(yTrue, axis), normalizeAlong(yPred, axis))
      return ops.neg(ops.sum(product, [axis]))
    },
    { axis },
  )
}
