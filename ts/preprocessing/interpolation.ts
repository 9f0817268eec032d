// How rows or columns of pixels are resized: for each new one, which old ones count how much. Pixel
// centres lie at halves, nothing is blurred when shrinking, and weights beyond the edge are left
// out, as `jax.image.resize(antialias=False)`, which Keras uses.

export type Interpolation = 'nearest' | 'bilinear' | 'bicubic' | 'lanczos3' | 'lanczos5'

export const INTERPOLATIONS: readonly Interpolation[] = [
  'nearest',
  'bilinear',
  'bicubic',
  'lanczos3',
  'lanczos5',
]

/** One new row: the old rows that count, and how much. */
export interface Taps {
  readonly from: readonly number[]
  readonly weights: readonly number[]
}

/** Keys (1981) with a = −1/2. */
const cubic = (x: number): number => {
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1
  return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0
}

/** sin πx for 0 ≤ x ≤ 5 to 1e-8, equal in every engine: Taylor's series about the nearest zero. */
const sinPi = (x: number): number => {
  const zero = Math.round(x)
  const y = Math.PI * (x - zero)
  let [term, sum] = [y, y]
  for (let k = 2; k < 14; k += 2) {
    term *= (-y * y) / (k * (k + 1))
    sum += term
  }
  return zero % 2 === 0 ? sum : -sum
}

/** sinc x · sinc x/a (Duchon 1979). */
const lanczos =
  (a: number) =>
  (x: number): number => {
    if (x > a) return 0
    return x < 1e-3 ? 1 : (a * sinPi(x) * sinPi(x / a)) / (Math.PI * x) ** 2
  }

/** Rows to each side, and the weight of one at a distance. */
const KERNELS: Record<Exclude<Interpolation, 'nearest'>, [number, (x: number) => number]> = {
  bilinear: [1, (x) => Math.max(0, 1 - x)],
  bicubic: [2, cubic],
  lanczos3: [3, lanczos(3)],
  lanczos5: [5, lanczos(5)],
}

/** `to` new rows of `size` old ones. */
export const tapsOf = (size: number, to: number, interpolation: Interpolation): Taps[] =>
  Array.from({ length: to }, (_, i) => {
    const centre = ((i + 0.5) * size) / to
    if (interpolation === 'nearest') return { from: [Math.floor(centre)], weights: [1] }
    const place = centre - 0.5
    const [radius, kernel] = KERNELS[interpolation]
    const first = Math.floor(place) - radius + 1
    const from = Array.from({ length: 2 * radius }, (_, k) => first + k).filter(
      (row) => row >= 0 && row < size,
    )
    const raw = from.map((row) => kernel(Math.abs(place - row)))
    const sum = raw.reduce((a, b) => a + b, 0)
    return { from, weights: raw.map((w) => w / sum) }
  })

/** x: [outer, size, inner] → [outer, to, inner] */
export const resample = (
  x: Float32Array,
  size: number,
  inner: number,
  taps: readonly Taps[],
): Float32Array => {
  const outer = x.length / (size * inner)
  const out = new Float32Array(outer * taps.length * inner)
  let at = 0
  for (let o = 0; o < outer; o++) {
    for (const { from, weights } of taps) {
      from.forEach((row, k) => {
        const start = (o * size + row) * inner
        const weight = weights[k] as number
        for (let i = 0; i < inner; i++) {
          out[at + i] = (out[at + i] as number) + weight * (x[start + i] as number)
        }
      })
      at += inner
    }
  }
  return out
}
