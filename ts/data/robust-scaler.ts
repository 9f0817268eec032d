// Scales features by median and quantiles, which outliers hardly move (as scikit-learn does it).

import { GradloomError } from '../errors.ts'
import { makeScaler, type Scaler } from './scaler.ts'

/** `quantileRange` in percent: default [25, 75]. A feature without spread is only shifted. */
export const robustScaler = (
  options: { quantileRange?: readonly [number, number] } = {},
): Scaler => {
  const [low, high] = options.quantileRange ?? [25, 75]
  if (!(low >= 0 && low < high && high <= 100)) {
    throw new GradloomError('argument', `robustScaler: quantileRange [${low}, ${high}] is empty`)
  }
  return makeScaler('robustScaler', (x, samples, features) => {
    const shift = new Float64Array(features)
    const scale = new Float64Array(features)
    for (let j = 0; j < features; j++) {
      const column = Float64Array.from({ length: samples }, (_, i) => x[i * features + j] as number)
      column.sort()
      shift[j] = quantile(column, 50)
      scale[j] = quantile(column, high) - quantile(column, low) || 1
    }
    return { shift, scale }
  })
}

/** Of ascending values, linear between them. */
const quantile = (sorted: Float64Array, percent: number): number => {
  const place = (percent / 100) * (sorted.length - 1)
  const below = Math.floor(place)
  const [a, b] = [sorted[below] as number, sorted[Math.ceil(place)] as number]
  return a + (b - a) * (place - below)
}
