// The largest or the mean of each window, over one, two or three axes.

import { named } from '../../checks.ts'
import { averagePool, maxPool, type PoolOptions } from '../../composites/convolution.ts'
import type { SymbolicTensor } from '../../graph.ts'
import { choose } from '../../names.ts'
import { subjectOf } from '../expect.ts'
import type { Config } from '../layer.ts'
import type { MakesPoolings } from '../shape-rules.ts'
import { type PerAxis, SpatialLayer, type SpatialOptions } from '../spatial.ts'

/** Numbers stand for all spatial axes, or arrays for each. */
export interface PoolingOptions extends SpatialOptions {
  /** Elements of a window. Default 2. */
  poolSize?: PerAxis
  /** Default: the size of the window. */
  strides?: PerAxis | null
  /** `'same'`: windows reach over the ends, but padding counts for nothing. Default `'valid'`. */
  padding?: 'valid' | 'same'
}

type Pool = (x: SymbolicTensor, options: PoolOptions) => SymbolicTensor

export class Pooling extends SpatialLayer {
  readonly windows: PoolOptions
  readonly #pool: Pool

  constructor(type: string, rank: number, pool: Pool, options: PoolingOptions) {
    super(type, rank, options)
    const { poolSize = 2, padding = 'valid' } = options
    named(subjectOf(this), 'padding', () => choose('padding', padding, { valid: 0, same: 0 }))
    this.#pool = pool
    this.windows = {
      poolSize: this.perAxis('poolSize', poolSize),
      strides: this.perAxis('strides', options.strides ?? poolSize),
      padding,
    }
  }

  protected run(x: SymbolicTensor): SymbolicTensor {
    this.expectFit(this.windows.poolSize, x.shape, this.windows.padding)
    return this.#pool(x, this.windows)
  }

  override config(): Config {
    const { poolSize, strides, padding } = this.windows
    return { ...super.config(), poolSize: [...poolSize], strides: [...strides], padding }
  }
}

/** The largest of each window: x: [B, T, C] → y: [B, T', C]. */
export const maxPooling1d: MakesPoolings<Pooling, PoolingOptions, 'maxPooling1d', 1> = (
  options = {},
) => new Pooling('maxPooling1d', 1, maxPool, options)

/** The largest of each window: x: [B, H, W, C] → y: [B, H', W', C]. */
export const maxPooling2d: MakesPoolings<Pooling, PoolingOptions, 'maxPooling2d', 2> = (
  options = {},
) => new Pooling('maxPooling2d', 2, maxPool, options)

/** The largest of each window: x: [B, D, H, W, C] → y: [B, D', H', W', C]. */
export const maxPooling3d: MakesPoolings<Pooling, PoolingOptions, 'maxPooling3d', 3> = (
  options = {},
) => new Pooling('maxPooling3d', 3, maxPool, options)

/** The mean of each window: x: [B, T, C] → y: [B, T', C]. */
export const averagePooling1d: MakesPoolings<Pooling, PoolingOptions, 'averagePooling1d', 1> = (
  options = {},
) => new Pooling('averagePooling1d', 1, averagePool, options)

/** The mean of each window: x: [B, H, W, C] → y: [B, H', W', C]. */
export const averagePooling2d: MakesPoolings<Pooling, PoolingOptions, 'averagePooling2d', 2> = (
  options = {},
) => new Pooling('averagePooling2d', 2, averagePool, options)

/** The mean of each window: x: [B, D, H, W, C] → y: [B, D', H', W', C]. */
export const averagePooling3d: MakesPoolings<Pooling, PoolingOptions, 'averagePooling3d', 3> = (
  options = {},
) => new Pooling('averagePooling3d', 3, averagePool, options)
