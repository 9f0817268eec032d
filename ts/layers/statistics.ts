// Mean and variance of data along the kept axes, in f64 and in a fixed order, so that every engine
// gets the same bits. It knows no layer.

import { type Shape, sizeOf } from '../shape.ts'

export interface Statistics {
  /** One number for each element of the kept axes. */
  readonly mean: Float32Array
  readonly variance: Float32Array
  /** Samples seen: one number. */
  readonly count: Int32Array
}

/** For each element of a sample, the place of its statistic; `kept` counts the batch as axis 0. */
export const placesOf = (sample: Shape, kept: readonly number[]): Int32Array => {
  const places = new Int32Array(sizeOf(sample))
  let inner = 1
  let step = 1
  for (let axis = sample.length; axis >= 1; axis--) {
    const size = sample[axis - 1] as number
    if (kept.includes(axis)) {
      for (let i = 0; i < places.length; i++) {
        places[i] = (places[i] as number) + (Math.floor(i / inner) % size) * step
      }
      step *= size
    }
    inner *= size
  }
  return places
}

/** Adds `term(x, place)` of every element to the sum at its place, in row-major order. */
const summed = (
  data: ArrayLike<number>,
  places: Int32Array,
  size: number,
  term: (x: number, place: number) => number,
): Float64Array => {
  const sums = new Float64Array(size)
  for (let start = 0; start < data.length; start += places.length) {
    for (let i = 0; i < places.length; i++) {
      const place = places[i] as number
      sums[place] = (sums[place] as number) + term(data[start + i] as number, place)
    }
  }
  return sums
}

/**
 * data: [N, ...sample], row-major; `kept`: axes (≥ 1) that keep statistics of their own. Two
 * passes: the variance is the mean of (x − mean)².
 */
export const statisticsOf = (
  data: ArrayLike<number>,
  sample: Shape,
  kept: readonly number[],
): Statistics => {
  const places = placesOf(sample, kept)
  const size = kept.reduce((n, axis) => n * (sample[axis - 1] as number), 1)
  const each = data.length / size
  const mean = summed(data, places, size, (x) => x).map((sum) => sum / each)
  const squares = summed(data, places, size, (x, place) => (x - (mean[place] as number)) ** 2)
  return {
    mean: Float32Array.from(mean),
    variance: Float32Array.from(squares, (sum) => sum / each),
    count: Int32Array.of(data.length / places.length),
  }
}
