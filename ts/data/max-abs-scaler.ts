// Scales features so that the largest absolute value seen becomes 1; zeros stay zeros.

import { makeScaler, type Scaler } from './scaler.ts'

/** A feature that is 0 throughout is left as it is. */
export const maxAbsScaler = (): Scaler =>
  makeScaler('maxAbsScaler', (x, _samples, features) => {
    const most = new Float64Array(features)
    for (let i = 0; i < x.length; i++) {
      most[i % features] = Math.max(most[i % features] as number, Math.abs(x[i] as number))
    }
    return { shift: new Float64Array(features), scale: most.map((v) => v || 1) }
  })
