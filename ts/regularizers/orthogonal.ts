// A penalty of weight vectors that are not orthogonal to each other, as in Keras 3.

import { notNegative, oneOf } from '../checks.ts'
import { normalizeAlong, sumAll } from '../composites/common.ts'
import { GradloomError } from '../errors.ts'
import * as ops from '../ops.ts'
import { showShape } from '../shape.ts'
import type { Regularizer } from './regularizer.ts'

export interface OrthogonalRegularizerOptions {
  /** Default 0.01. */
  factor?: number
  /** Which vectors of a matrix are meant. Default `'rows'`. */
  mode?: 'rows' | 'columns'
}

/** factor · the mean |cosine| of all pairs of rows or of columns; for matrices. */
export const orthogonalRegularizer = ({
  factor = 0.01,
  mode = 'rows',
}: OrthogonalRegularizerOptions = {}): Regularizer => {
  const type = 'orthogonalRegularizer'
  notNegative(type, 'factor', factor)
  oneOf(type, 'mode', mode, ['rows', 'columns'])
  const rows = mode === 'rows'
  return {
    type,
    call: (w) => {
      if (w.shape.length !== 2) {
        throw new GradloomError('shape', `${type}: ${showShape(w.shape)} is no matrix.`, {
          subject: type,
        })
      }
      const size = w.shape[rows ? 0 : 1] as number
      const units = normalizeAlong(w, rows ? 1 : 0)
      const cosines = ops.matmul(units, units, !rows, rows)
      const places = w.graph.constant(Int32Array.from({ length: size }, (_, i) => i))
      const others = ops.mul(cosines, ops.sub(1, ops.oneHot(places, size)))
      return ops.mul(sumAll(ops.abs(others)), factor / Math.max(1, size * (size - 1)))
    },
    config: () => ({ factor, mode }),
  }
}
