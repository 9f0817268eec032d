// The largest or the mean of as many windows as asked for, spread evenly.

import { adaptiveAveragePool, adaptiveMaxPool } from '../../composites/convolution.ts'
import type { SymbolicTensor } from '../../graph.ts'
import type { Shape } from '../../shape.ts'
import type { Config } from '../layer.ts'
import type { MakesWindows } from '../shape-rules.ts'
import { type PerAxis, SpatialLayer, type SpatialOptions } from '../spatial.ts'

export interface AdaptivePoolingOptions extends SpatialOptions {
  /** Windows along all spatial axes, or an array: along each. */
  outputSize: PerAxis
}

type Pool = (x: SymbolicTensor, sizes: Shape) => SymbolicTensor

export class AdaptivePooling extends SpatialLayer {
  readonly outputSize: readonly number[]
  readonly #pool: Pool

  constructor(type: string, rank: number, pool: Pool, options: AdaptivePoolingOptions) {
    super(type, rank, options)
    this.#pool = pool
    this.outputSize = this.perAxis('outputSize', options.outputSize)
  }

  protected run(x: SymbolicTensor): SymbolicTensor {
    return this.#pool(x, this.outputSize)
  }

  override config(): Config {
    return { ...super.config(), outputSize: [...this.outputSize] }
  }
}

/** The largest of each window: x: [B, T, C] → y: [B, outputSize, C]. */
export const adaptiveMaxPooling1d: MakesWindows<
  AdaptivePooling,
  AdaptivePoolingOptions,
  'adaptiveMaxPooling1d',
  1
> = (options) => new AdaptivePooling('adaptiveMaxPooling1d', 1, adaptiveMaxPool, options)

/** The largest of each window: x: [B, H, W, C] → y: [B, ...outputSize, C]. */
export const adaptiveMaxPooling2d: MakesWindows<
  AdaptivePooling,
  AdaptivePoolingOptions,
  'adaptiveMaxPooling2d',
  2
> = (options) => new AdaptivePooling('adaptiveMaxPooling2d', 2, adaptiveMaxPool, options)

/** The largest of each window: x: [B, D, H, W, C] → y: [B, ...outputSize, C]. */
export const adaptiveMaxPooling3d: MakesWindows<
  AdaptivePooling,
  AdaptivePoolingOptions,
  'adaptiveMaxPooling3d',
  3
> = (options) => new AdaptivePooling('adaptiveMaxPooling3d', 3, adaptiveMaxPool, options)

/** The mean of each window: x: [B, T, C] → y: [B, outputSize, C]. */
export const adaptiveAveragePooling1d: MakesWindows<
  AdaptivePooling,
  AdaptivePoolingOptions,
  'adaptiveAveragePooling1d',
  1
> = (options) => new AdaptivePooling('adaptiveAveragePooling1d', 1, adaptiveAveragePool, options)

/** The mean of each window: x: [B, H, W, C] → y: [B, ...outputSize, C]. */
export const adaptiveAveragePooling2d: MakesWindows<
  AdaptivePooling,
  AdaptivePoolingOptions,
  'adaptiveAveragePooling2d',
  2
> = (options) => new AdaptivePooling('adaptiveAveragePooling2d', 2, adaptiveAveragePool, options)

/** The mean of each window: x: [B, D, H, W, C] → y: [B, ...outputSize, C]. */
export const adaptiveAveragePooling3d: MakesWindows<
  AdaptivePooling,
  AdaptivePoolingOptions,
  'adaptiveAveragePooling3d',
  3
> = (options) => new AdaptivePooling('adaptiveAveragePooling3d', 3, adaptiveAveragePool, options)
