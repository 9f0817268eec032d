// Constraints of weights after each update: their sign, and the norms of their vectors, as in
// Keras 3.

import { badArgument, finite, fraction, integer, notNegative, numbers } from '../checks.ts'
import { EPSILON } from '../composites/common.ts'
import type { SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import type { Constraint } from './constraint.ts'

export interface AxisOptions {
  /**
   * Axes along which a norm is taken: 0 for the inputs of each unit of a dense kernel, [0, 1, 2]
   * for the window of each filter. Default 0.
   */
  axis?: number | readonly number[]
}

export interface MaxNormOptions extends AxisOptions {
  /** Largest norm. Default 2. */
  maxValue?: number
}

export interface MinMaxNormOptions extends AxisOptions {
  /** Default 0. */
  minValue?: number
  /** Default 1. */
  maxValue?: number
  /** Part of the way to the nearest norm allowed that one step goes. Default 1. */
  rate?: number
}

/** Weights under 0 become 0. */
export const nonNeg = (): Constraint => ({
  type: 'nonNeg',
  call: (w) => ops.maximum(w, 0),
  config: () => ({}),
})

type Desired = (norms: SymbolicTensor) => SymbolicTensor | number

/** w·desired / (ε + norm) */
const normed = (
  type: string,
  { axis = 0 }: AxisOptions,
  desired: Desired,
  config: Record<string, number> = {},
): Constraint => {
  const axes = numbers(type, 'axis', axis, integer)
  return {
    type,
    call: (w) => {
      const norms = ops.sqrt(ops.sum(ops.square(w), axes, true))
      return ops.mul(w, ops.div(desired(norms), ops.add(norms, EPSILON)))
    },
    config: () => ({ ...config, axis: axes }),
  }
}

/** Vectors longer than `maxValue` are scaled down to it. */
export const maxNorm = ({ maxValue = 2, ...options }: MaxNormOptions = {}): Constraint => {
  notNegative('maxNorm', 'maxValue', maxValue)
  return normed('maxNorm', options, (norms) => ops.minimum(norms, maxValue), { maxValue })
}

/** All vectors are scaled to length 1. */
export const unitNorm = (options: AxisOptions = {}): Constraint =>
  normed('unitNorm', options, () => 1)

/** Vectors are scaled towards a length between `minValue` and `maxValue`. */
export const minMaxNorm = (options: MinMaxNormOptions = {}): Constraint => {
  const type = 'minMaxNorm'
  const { minValue = 0, maxValue = 1, rate = 1 } = options
  notNegative(type, 'minValue', minValue)
  if (!(finite(type, 'maxValue', maxValue) >= minValue))
    throw badArgument(type, 'maxValue', maxValue, `≥ ${minValue}`)
  fraction(type, 'rate', rate)
  const desired: Desired = (norms) => ops.lerp(norms, ops.clip(norms, minValue, maxValue), rate)
  return normed(type, options, desired, { minValue, maxValue, rate })
}
