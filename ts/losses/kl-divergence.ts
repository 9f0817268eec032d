// Kullback and Leibler's divergence (1951) of distributions over the last axis.

import { EPSILON } from '../composites/common.ts'
import type { SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import type { Loss } from './loss.ts'
import { alikeLoss, type LossOptions } from './make.ts'

const clipped = (p: SymbolicTensor): SymbolicTensor => ops.clip(p, EPSILON, 1)

/** Σ yTrue·log(yTrue / yPred) over the last axis, both kept within [1e-7, 1]. */
export const klDivergence = (options: LossOptions = {}): Loss =>
  alikeLoss('klDivergence', options, (yTrue, yPred) => {
    const [t, p] = [clipped(yTrue), clipped(yPred)]
    return ops.sum(ops.mul(t, ops.log(ops.div(t, p))), [-1])
  })
