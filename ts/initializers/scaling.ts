// Initializers whose spread depends on the sizes of the kernel: Glorot (Glorot & Bengio 2010) and
// He (He et al. 2015), with the semantics of Keras 3's `VarianceScaling`.

import * as ops from '../ops.ts'
import type { Shape } from '../shape.ts'
import { fansOf, type Initializer } from './initializer.ts'
import { drawn } from './random.ts'

/** Standard deviation of a standard normal cut at ±2 (scipy: truncnorm(-2, 2).std()). */
const CUT_STDDEV = 0.8796256610342398

type Variance = (shape: Shape) => number

const glorot: Variance = (shape) => {
  const { fanIn, fanOut } = fansOf(shape)
  return 1 / Math.max(1, (fanIn + fanOut) / 2)
}

const he: Variance = (shape) => 2 / Math.max(1, fansOf(shape).fanIn)

/** Truncated normal whose standard deviation, after the cut, is √variance. */
const normal = (type: string, variance: Variance): Initializer => ({
  type,
  initialize: (shape, draw) => {
    const stddev = Math.sqrt(variance(shape)) / CUT_STDDEV
    return drawn(ops.randomTruncatedNormal, shape, draw, stddev)
  },
  config: () => ({}),
})

/** Uniform on ±√(3·variance). */
const uniform = (type: string, variance: Variance): Initializer => ({
  type,
  initialize: (shape, draw) => {
    const limit = Math.sqrt(3 * variance(shape))
    return drawn(ops.randomUniform, shape, draw, 2 * limit, -limit)
  },
  config: () => ({}),
})

/** Uniform with variance 2 / (fanIn + fanOut). */
export const glorotUniform = (): Initializer => uniform('glorotUniform', glorot)

/** Truncated normal with variance 2 / (fanIn + fanOut). */
export const glorotNormal = (): Initializer => normal('glorotNormal', glorot)

/** Uniform with variance 2 / fanIn, for relu. */
export const heUniform = (): Initializer => uniform('heUniform', he)

/** Truncated normal with variance 2 / fanIn, for relu. */
export const heNormal = (): Initializer => normal('heNormal', he)
