// Initializers of matrices: the identity, and random orthogonal ones (Saxe et al. 2013), as in
// Keras 3.

import { finite } from '../checks.ts'
import { GradloomError } from '../errors.ts'
import type { SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import { type Shape, showShape, sizeOf } from '../shape.ts'
import type { Draw } from '../variable.ts'
import type { Initializer } from './initializer.ts'

export interface GainOptions {
  /** Factor of the matrix. Default 1. */
  gain?: number
}

type Matrix = (shape: Shape, draw: Draw) => SymbolicTensor

const matrix = (
  type: string,
  { gain = 1 }: GainOptions,
  fits: (rank: number) => boolean,
  make: Matrix,
): Initializer => {
  finite(type, 'gain', gain)
  return {
    type,
    initialize: (shape, draw) => {
      if (fits(shape.length)) return ops.mul(make(shape, draw), gain)
      throw new GradloomError('shape', `${type}: ${showShape(shape)} is no matrix.`, {
        subject: type,
      })
    },
    config: () => ({ gain }),
  }
}

/** gain on the diagonal, else 0; for matrices. */
export const identity = (options: GainOptions = {}): Initializer =>
  matrix(
    'identity',
    options,
    (rank) => rank === 2,
    ([rows = 1, columns = 1], { graph }) =>
      ops.oneHot(graph.constant(Int32Array.from({ length: rows }, (_, i) => i)), columns),
  )

/**
 * gain times a matrix with orthogonal columns (or rows, where there are fewer): the Q of a normal
 * matrix, its signs those of a positive diagonal of R. All axes but the last count as rows.
 */
export const orthogonal = (options: GainOptions = {}): Initializer =>
  matrix(
    'orthogonal',
    options,
    (rank) => rank >= 2,
    (shape, draw) => {
      const columns = shape.at(-1) as number
      const rows = sizeOf(shape) / columns
      const [long, short] = [Math.max(rows, columns), Math.min(rows, columns)]
      const factors = ops.qr(ops.randomNormal(draw.rng, draw.stream, [long, short]))
      const part = (from: number, size: number) =>
        ops.slice(factors, [from, 0], [size, short], [1, 1])
      const places = draw.graph.constant(Int32Array.from({ length: short }, (_, i) => i))
      const diagonal = ops.sum(ops.mul(part(long, short), ops.oneHot(places, short)), [0], true)
      const q = ops.mul(part(0, long), ops.sign(diagonal))
      return ops.reshape(rows < columns ? ops.transpose(q, [1, 0]) : q, shape)
    },
  )
