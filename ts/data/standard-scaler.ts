// Scales features to mean 0 and standard deviation 1 (of the population, as scikit-learn does it).

import { makeScaler, type Scaler } from './scaler.ts'

/** A feature that never varies is only shifted. */
export const standardScaler = (): Scaler =>
  makeScaler('standardScaler', (x, samples, features) => {
    const shift = new Float64Array(features)
    const squares = new Float64Array(features)
    for (let i = 0; i < x.length; i++) addTo(shift, i % features, x[i] as number)
    for (let j = 0; j < features; j++) shift[j] = (shift[j] as number) / samples
    for (let i = 0; i < x.length; i++) {
      addTo(squares, i % features, ((x[i] as number) - (shift[i % features] as number)) ** 2)
    }
    return { shift, scale: squares.map((s) => Math.sqrt(s / samples) || 1) }
  })

const addTo = (sums: Float64Array, j: number, v: number): void => {
  sums[j] = (sums[j] as number) + v
}
