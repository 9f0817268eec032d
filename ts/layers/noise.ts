// Layers that disturb their input while training and do nothing else: noise that is added or
// multiplied, and dropout that keeps mean and variance. Plain dropout is in `dropout.ts`.

import { belowOne, notNegative } from '../checks.ts'
import type { SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import type { LayerOptions, Pass } from './layer.ts'
import { PlainLayer } from './plain.ts'
import type { Keeps, Makes } from './shape-rules.ts'

export interface GaussianNoiseOptions extends LayerOptions {
  /** Standard deviation of the noise, ≥ 0. */
  stddev: number
}

export interface RateOptions extends LayerOptions {
  /** Part of the elements that is dropped: 0 ≤ rate < 1. */
  rate: number
}

type Disturb = (x: SymbolicTensor, pass: Pass, stream: number) => SymbolicTensor

const disturbing = (
  type: string,
  options: LayerOptions,
  config: Record<string, number>,
  disturb: Disturb,
) =>
  new PlainLayer(type, options, config, (x, pass, layer) => {
    const idle = !pass.training || Object.values(config).every((n) => n === 0)
    return idle ? x : disturb(x, pass, pass.stream(layer))
  })

/** While training, adds numbers of mean 0 and standard deviation `stddev`. */
export const gaussianNoise: Makes<PlainLayer, GaussianNoiseOptions, Keeps> = (options) => {
  const stddev = notNegative(options.name || 'gaussianNoise', 'stddev', options.stddev)
  return disturbing('gaussianNoise', options, { stddev }, (x, { rng }, stream) =>
    ops.mulAdd(ops.randomNormal(rng, stream, x.shape), stddev, x),
  )
}

/** While training, multiplies by numbers of mean 1 and standard deviation √(rate / (1 − rate)). */
export const gaussianDropout: Makes<PlainLayer, RateOptions, Keeps> = (options) => {
  const rate = belowOne(options.name || 'gaussianDropout', 'rate', options.rate)
  const stddev = Math.sqrt(rate / (1 - rate))
  return disturbing('gaussianDropout', options, { rate }, (x, { rng }, stream) =>
    ops.mul(x, ops.mulAdd(ops.randomNormal(rng, stream, x.shape), stddev, 1)),
  )
}

/** What selu tends to for far negative inputs. */
const LOWEST = -1.6732632423543772 * 1.0507009873554805

/**
 * While training, sets elements to selu's lowest value with probability `rate`, then scales and
 * shifts so that mean and variance stay (Klambauer et al., 2017).
 */
export const alphaDropout: Makes<PlainLayer, RateOptions, Keeps> = (options) => {
  const rate = belowOne(options.name || 'alphaDropout', 'rate', options.rate)
  const scale = 1 / Math.sqrt((1 - rate) * (1 + rate * LOWEST ** 2))
  return disturbing('alphaDropout', options, { rate }, (x, { rng }, stream) => {
    const kept = ops.lessEqual(rate, ops.randomUniform(rng, stream, x.shape))
    return ops.mulAdd(ops.where(kept, x, LOWEST), scale, -scale * LOWEST * rate)
  })
}
