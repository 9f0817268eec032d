// Initializers whose spread depends on the sizes of the kernel: Glorot (Glorot & Bengio 2010), He
// (He et al. 2015) and LeCun (LeCun et al. 1998), with the semantics of Keras 3's
// `VarianceScaling`.

import { oneOf, positive } from '../checks.ts'
import * as ops from '../ops.ts'
import type { Shape } from '../shape.ts'
import { fansOf, type Initializer } from './initializer.ts'
import { drawn } from './random.ts'

/** Standard deviation of a standard normal cut at ±2 (scipy: truncnorm(-2, 2).std()). */
const CUT_STDDEV = 0.8796256610342398

const MODES = ['fanIn', 'fanOut', 'fanAvg'] as const
const DISTRIBUTIONS = ['truncatedNormal', 'untruncatedNormal', 'uniform'] as const

export interface VarianceScalingOptions {
  /** Default 1. */
  scale?: number
  /** Size that the scale is divided by: inputs, outputs or their mean. Default `'fanIn'`. */
  mode?: (typeof MODES)[number]
  /** Default `'truncatedNormal'`. */
  distribution?: (typeof DISTRIBUTIONS)[number]
}

type Scaling = Required<VarianceScalingOptions>

const variance = ({ scale, mode }: Scaling, shape: Shape): number => {
  const { fanIn, fanOut } = fansOf(shape)
  const size = { fanIn, fanOut, fanAvg: (fanIn + fanOut) / 2 }[mode]
  return scale / Math.max(1, size)
}

/** Mean 0 and, after a cut, the variance wanted; the uniform one ends at ±√(3·variance). */
const scaled = (type: string, options: Scaling, config = {}): Initializer => ({
  type,
  initialize: (shape, draw) => {
    const stddev = Math.sqrt(variance(options, shape))
    if (options.distribution === 'uniform') {
      const limit = Math.sqrt(3 * variance(options, shape))
      return drawn(ops.randomUniform, shape, draw, 2 * limit, -limit)
    }
    return options.distribution === 'truncatedNormal'
      ? drawn(ops.randomTruncatedNormal, shape, draw, stddev / CUT_STDDEV)
      : drawn(ops.randomNormal, shape, draw, stddev)
  },
  config: () => config,
})

/** Mean 0 and variance scale / size, `mode` says which size. */
export const varianceScaling = (options: VarianceScalingOptions = {}): Initializer => {
  const type = 'varianceScaling'
  const scale = positive(type, 'scale', options.scale ?? 1)
  const mode = oneOf(type, 'mode', options.mode ?? 'fanIn', MODES)
  const given = options.distribution ?? 'truncatedNormal'
  const distribution = oneOf(type, 'distribution', given, DISTRIBUTIONS)
  const own = { scale, mode, distribution }
  return scaled(type, own, own)
}

const uniform = (type: string, scale: number, mode: Scaling['mode']): Initializer =>
  scaled(type, { scale, mode, distribution: 'uniform' })

const normal = (type: string, scale: number, mode: Scaling['mode']): Initializer =>
  scaled(type, { scale, mode, distribution: 'truncatedNormal' })

/** Uniform with variance 2 / (fanIn + fanOut). */
export const glorotUniform = (): Initializer => uniform('glorotUniform', 1, 'fanAvg')

/** Truncated normal with variance 2 / (fanIn + fanOut). */
export const glorotNormal = (): Initializer => normal('glorotNormal', 1, 'fanAvg')

/** Uniform with variance 2 / fanIn, for relu. */
export const heUniform = (): Initializer => uniform('heUniform', 2, 'fanIn')

/** Truncated normal with variance 2 / fanIn, for relu. */
export const heNormal = (): Initializer => normal('heNormal', 2, 'fanIn')

/** Uniform with variance 1 / fanIn, for selu. */
export const lecunUniform = (): Initializer => uniform('lecunUniform', 1, 'fanIn')

/** Truncated normal with variance 1 / fanIn, for selu. */
export const lecunNormal = (): Initializer => normal('lecunNormal', 1, 'fanIn')
