// Scales features so that the lowest value seen becomes 0 and the highest 1, or any other range.

import { GradloomError } from '../errors.ts'
import { makeScaler, type Scaler } from './scaler.ts'

/** `featureRange`: default [0, 1]. A feature that never varies becomes the lower end. */
export const minMaxScaler = (
  options: { featureRange?: readonly [number, number] } = {},
): Scaler => {
  const [low, high] = options.featureRange ?? [0, 1]
  if (!(low < high)) {
    throw new GradloomError('argument', `minMaxScaler: featureRange [${low}, ${high}] is empty`)
  }
  return makeScaler('minMaxScaler', (x, _samples, features) => {
    const { min, max } = extremes(x, features)
    const scale = max.map((v, j) => (v - (min[j] as number)) / (high - low) || 1)
    // low + (x - min) / scale = (x - shift) / scale
    return { shift: min.map((v, j) => v - low * (scale[j] as number)), scale }
  })
}

const extremes = (
  x: ArrayLike<number>,
  features: number,
): { min: Float64Array; max: Float64Array } => {
  const min = new Float64Array(features).fill(Number.POSITIVE_INFINITY)
  const max = new Float64Array(features).fill(Number.NEGATIVE_INFINITY)
  for (let i = 0; i < x.length; i++) {
    const j = i % features
    min[j] = Math.min(min[j] as number, x[i] as number)
    max[j] = Math.max(max[j] as number, x[i] as number)
  }
  return { min, max }
}
