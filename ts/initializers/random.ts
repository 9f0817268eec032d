// Initializers that draw from one distribution, whatever the shape.

import { finite, notNegative } from '../checks.ts'
import { GradloomError } from '../errors.ts'
import type { SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import type { Shape } from '../shape.ts'
import type { Draw } from '../variable.ts'
import type { Initializer } from './initializer.ts'

export interface NormalOptions {
  /** Default 0. */
  mean?: number
  /** Standard deviation; for `truncatedNormal` that before the cut. Default 0.05. */
  stddev?: number
}

export interface UniformOptions {
  /** Default −0.05. */
  minval?: number
  /** Not reached. Default 0.05. */
  maxval?: number
}

type Distribution = (rng: SymbolicTensor, stream: number, shape: Shape) => SymbolicTensor

/** `scale`·random + `offset`. */
export const drawn = (
  distribution: Distribution,
  shape: Shape,
  draw: Draw,
  scale: number,
  offset = 0,
): SymbolicTensor => ops.mulAdd(distribution(draw.rng, draw.stream, shape), scale, offset)

const normal = (
  type: string,
  distribution: Distribution,
  { mean = 0, stddev = 0.05 }: NormalOptions,
): Initializer => {
  finite(type, 'mean', mean)
  notNegative(type, 'stddev', stddev)
  return {
    type,
    initialize: (shape, draw) => drawn(distribution, shape, draw, stddev, mean),
    config: () => ({ mean, stddev }),
  }
}

/** Normal distribution. */
export const randomNormal = (options: NormalOptions = {}): Initializer =>
  normal('randomNormal', ops.randomNormal, options)

/** Normal distribution; what lies outside mean ± 2·stddev is drawn again. */
export const truncatedNormal = (options: NormalOptions = {}): Initializer =>
  normal('truncatedNormal', ops.randomTruncatedNormal, options)

/** Uniform distribution on [minval, maxval). */
export const randomUniform = ({
  minval = -0.05,
  maxval = 0.05,
}: UniformOptions = {}): Initializer => {
  finite('randomUniform', 'minval', minval)
  finite('randomUniform', 'maxval', maxval)
  if (minval > maxval) {
    throw new GradloomError(
      'argument',
      `randomUniform: minval (${minval}) must not be above maxval (${maxval}).`,
      { subject: 'randomUniform' },
    )
  }
  return {
    type: 'randomUniform',
    initialize: (shape, draw) => drawn(ops.randomUniform, shape, draw, maxval - minval, minval),
    config: () => ({ minval, maxval }),
  }
}
