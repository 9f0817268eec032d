// Discrete Fourier transforms of complex numbers, given as a pair of tensors like in `keras.ops`.
// Sizes are cut into factors (Cooley & Tukey 1965), and small ones are products with a matrix of
// roots of unity; a large prime is one large matrix. Gradients are those of the products.

import { positiveWhole } from '../checks.ts'
import type { Graph } from '../graph.ts'
import * as ops from '../ops.ts'
import { showShape, sizeOf } from '../shape.ts'
import { shapeError, type Tensor } from './axes.ts'
import { asFloat } from './common.ts'
import { concatenate, flip, pad, sliceAxis, swapaxes } from './shape.ts'

/** Real and imaginary parts of one shape. */
export type Complex = readonly [real: Tensor, imaginary: Tensor]

/** Transforms up to this size are one product. */
const SMALL = 64

const both = ([re, im]: Complex, f: (x: Tensor) => Tensor): Complex => [f(re), f(im)]

const times = ([a, b]: Complex, [c, d]: Complex, mul = ops.mul as typeof ops.matmul): Complex => [
  ops.sub(mul(a, c), mul(b, d)),
  ops.add(mul(a, d), mul(b, c)),
]

/** By eighth of a turn: what of cosine and sine of the angle to the nearest axis is the cosine. */
const COSINE = [
  [1, 0],
  [0, 1],
  [0, -1],
  [-1, 0],
] as const

/** exp(−2πi·row·column / n): [rows, columns]; of angles within π/4, so that 0 and 1 are exact. */
const roots = (graph: Graph, n: number, rows: number, columns: number): Complex => {
  const eighths = Array.from(
    { length: rows * columns },
    (_, i) => (8 * ((Math.floor(i / columns) * (i % columns)) % n)) / n,
  )
  const constant = (f: (eighth: number) => number) =>
    graph.constant(Float32Array.from(eighths, f), [rows, columns])
  // Even eighths begin at an axis, odd ones end at one.
  const angle = constant((x) => (Math.PI / 4) * (Math.floor(x) % 2 === 0 ? x % 2 : 2 - (x % 2)))
  const parts = [ops.cos(angle), ops.sin(angle)] as const
  /** The cosine, `later` eighths of a turn on: the signs of the other half are the opposite. */
  const wave = (later: number): Tensor => {
    const factor = (part: 0 | 1) =>
      constant((x) => {
        const eighth = (Math.floor(x) + later) % 8
        const sign = eighth < 4 ? 1 : -1
        return sign * (COSINE[eighth % 4] as readonly [number, number])[part]
      })
    return ops.add(ops.mul(parts[0], factor(0)), ops.mul(parts[1], factor(1)))
  }
  // cos(x + ¼ turn) = −sin x
  return [wave(0), wave(2)]
}

/** The largest factor of n that is at most SMALL. */
const factorOf = (n: number): number => {
  let factor = Math.min(SMALL, n)
  while (n % factor > 0) factor -= 1
  return factor
}

/** x: [..., n] → Σⱼ x[j]·exp(−2πijk/n): [..., n] */
const transformed = (x: Complex): Complex => {
  const { graph, shape } = x[0]
  const n = shape.at(-1) as number
  const rows = sizeOf(shape) / n
  const a = factorOf(n)
  if (n <= SMALL || a === 1) {
    const flat = both(x, (part) => ops.reshape(part, [rows, n]))
    const y = times(flat, roots(graph, n, n, n), ops.matmul)
    return both(y, (part) => ops.reshape(part, shape))
  }
  // j = j₁·b + j₂ and k = k₁ + k₂·a: first over j₁, then over j₂.
  const b = n / a
  const cut = both(x, (part) => swapaxes(ops.reshape(part, [rows, a, b]), -1, -2))
  const first = times(times(cut, roots(graph, a, a, a), ops.matmul), roots(graph, n, b, a))
  const second = transformed(both(first, (part) => swapaxes(part, -1, -2)))
  return both(second, (part) => ops.reshape(swapaxes(part, -1, -2), shape))
}

const checked = (op: string, [re, im]: Complex, rank: number): Complex => {
  if (re.shape.length >= rank && `${re.shape}` === `${im.shape}`) return [asFloat(re), asFloat(im)]
  throw shapeError(
    op,
    `takes real and imaginary parts of one shape of ${rank} axes or more, not ` +
      `${showShape(re.shape)} and ${showShape(im.shape)}`,
  )
}

/** Of what is conjugated before and after, the transform goes back. */
const conjugate = ([re, im]: Complex): Complex => [re, ops.neg(im)]

/** x: [..., n] and [..., n] → its discrete Fourier transform along the last axis. */
export const fft = (x: Complex): Complex => transformed(checked('fft', x, 1))

const alongTwo = (x: Complex): Complex => {
  const turned = both(transformed(x), (part) => swapaxes(part, -1, -2))
  return both(transformed(turned), (part) => swapaxes(part, -1, -2))
}

/** The transform along the last two axes. */
export const fft2 = (x: Complex): Complex => alongTwo(checked('fft2', x, 2))

/** What `fft2` made these of. */
export const ifft2 = (x: Complex): Complex => {
  const given = checked('ifft2', x, 2)
  const [m, n] = x[0].shape.slice(-2) as [number, number]
  return both(conjugate(alongTwo(conjugate(given))), (part) => ops.div(part, m * n))
}

/** x: [..., n] with `size` elements along the last axis: cut off, or zeros behind it. */
const fitted = (x: Tensor, size: number): Tensor => {
  const [last, n] = [x.shape.length - 1, x.shape.at(-1) as number]
  if (n >= size) return sliceAxis(x, last, 0, size)
  return pad(
    x,
    x.shape.map((_, i) => [0, i === last ? size - n : 0] as const),
  )
}

/** Real x: [..., n] → the first ⌊length/2⌋ + 1 numbers of its transform; length: n by default. */
export const rfft = (x: Tensor, length?: number): Complex => {
  const n = positiveWhole('rfft', 'length', length ?? (x.shape.at(-1) as number))
  const real = fitted(asFloat(x), n)
  const half = Math.floor(n / 2) + 1
  const whole = transformed([real, ops.mul(real, 0)])
  return both(whole, (part) => sliceAxis(part, part.shape.length - 1, 0, half))
}

/** What `rfft` made x: [..., m] of: [..., length], by default of 2·(m − 1) numbers. */
export const irfft = (x: Complex, length?: number): Tensor => {
  const given = checked('irfft', x, 1)
  const last = given[0].shape.length - 1
  const n = positiveWhole('irfft', 'length', length ?? 2 * ((given[0].shape[last] as number) - 1))
  const half = Math.floor(n / 2) + 1
  const known = both(given, (part) => fitted(part, half))
  const others = (part: Tensor) => flip(sliceAxis(part, last, 1, n - half + 1), last)
  const back = conjugate(both(known, others))
  const whole = known.map((part, i) => concatenate([part, back[i] as Tensor], last))
  return ops.div(transformed(conjugate(whole as unknown as Complex))[0], n)
}
