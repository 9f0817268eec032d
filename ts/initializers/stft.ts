// The kernel of a convolution that is a short-time Fourier transform, as in Keras 3.

import { finite, flag, numbers, oneOf } from '../checks.ts'
import { GradloomError } from '../errors.ts'
import * as ops from '../ops.ts'
import { type Shape, showShape } from '../shape.ts'
import type { Initializer } from './initializer.ts'

export interface StftOptions {
  /** Which part of the complex result the convolution gives. Default 'real'. */
  side?: 'real' | 'imag'
  /** The weights of a frame's samples, by name or one by one; null for none. Default 'hann'. */
  window?: 'hann' | 'hamming' | readonly number[] | null
  /** The window is divided by its 2-norm ('density', default), its 1-norm ('spectrum'), or not. */
  scaling?: 'density' | 'spectrum' | null
  /** Whether a named window begins anew behind its last sample. Default false. */
  periodic?: boolean
}

const TYPE = 'stft'

/** n / size for n = 0, 1, 2 … as parts of a turn, in [0, 1): exact before it is rounded. */
const turns = (products: readonly number[], size: number): Float32Array =>
  Float32Array.from(products, (n) => (-2 * Math.PI * (n % size)) / size)

const count = (n: number): number[] => Array.from({ length: n }, (_, i) => i)

/**
 * For kernels [T, 1, F]: T samples in a frame, F = N / 2 + 1 frequencies. At (t, f):
 * w(t) · cos(−2π·t·f / N), or sin.
 */
export const stft = (options: StftOptions = {}): Initializer => {
  const { side = 'real', scaling = 'density', periodic = false } = options
  const window = windowOf(options)
  oneOf(TYPE, 'side', side, ['real', 'imag'])
  oneOf(TYPE, 'scaling', scaling, ['density', 'spectrum', null])
  flag(TYPE, 'periodic', periodic)
  return {
    type: TYPE,
    initialize: (shape, { graph }) => {
      const [frame, frequencies] = sizesOf(shape, window)
      const rows = count(frame)
      const products = rows.flatMap((t) => count(frequencies).map((f) => t * f))
      const angles = turns(products, Math.max(1, 2 * (frequencies - 1)))
      const waves = graph.constant(angles, shape)
      const kernel = side === 'real' ? ops.cos(waves) : ops.sin(waves)
      if (window === null) return kernel
      const around = graph.constant(turns(rows, Math.max(1, periodic ? frame : frame - 1)))
      const low = window === 'hann' ? 0.5 : 0.54
      const weights =
        typeof window === 'string'
          ? ops.mulAdd(ops.cos(around), frame > 1 ? low - 1 : 1 - low, low)
          : graph.constant(Float32Array.from(window))
      const norm =
        scaling === 'density'
          ? ops.sqrt(ops.sum(ops.square(weights), [0]))
          : ops.sum(ops.abs(weights), [0])
      const scaled = scaling === null ? weights : ops.div(weights, norm)
      return ops.mul(kernel, ops.reshape(scaled, [frame, 1, 1]))
    },
    config: () => ({ side, window, scaling, periodic }),
  }
}

/** A copy, where the weights are given one by one. */
const windowOf = ({ window = 'hann' }: StftOptions): 'hann' | 'hamming' | number[] | null =>
  window !== null && typeof window === 'object'
    ? numbers(TYPE, 'window', window, finite)
    : oneOf(TYPE, 'window', window, ['hann', 'hamming', null])

const sizesOf = (shape: Shape, window: StftOptions['window']): [number, number] => {
  const [frame = 0, one, frequencies = 0] = shape
  const long = Array.isArray(window) ? window.length : frame
  if (shape.length === 3 && one === 1 && frame === long) return [frame, frequencies]
  const wanted = `[${Array.isArray(window) ? long : 'samples'}, 1, frequencies]`
  throw new GradloomError('shape', `${TYPE}: ${showShape(shape)} must be ${wanted}.`, {
    subject: TYPE,
  })
}
