// The largest or the mean of each channel over all points.

import { flag } from '../../checks.ts'
import { mean } from '../../composites/common.ts'
import { globalMaxPool } from '../../composites/convolution.ts'
import type { SymbolicTensor } from '../../graph.ts'
import * as ops from '../../ops.ts'
import type { Shape } from '../../shape.ts'
import { subjectOf } from '../expect.ts'
import type { Config } from '../layer.ts'
import type { Given, Pools, Shaped } from '../shape-rules.ts'
import { SpatialLayer, type SpatialOptions } from '../spatial.ts'

export interface GlobalPoolingOptions extends SpatialOptions {
  /** Whether the spatial axes stay, with size 1. Default false. */
  keepdims?: boolean
}

type Pool = (x: SymbolicTensor, keepdims: boolean) => SymbolicTensor

type MakesGlobal<Name extends string, N extends 1 | 2 | 3> = <
  const K extends boolean = false,
  const S extends Shape = Shape,
>(
  options?: Given<GlobalPoolingOptions, S> & { keepdims?: K },
) => Shaped<GlobalPooling, Pools<Name, N, K>, S>

export class GlobalPooling extends SpatialLayer {
  readonly keepdims: boolean
  readonly #pool: Pool

  constructor(type: string, rank: number, pool: Pool, options: GlobalPoolingOptions) {
    super(type, rank, options)
    this.#pool = pool
    this.keepdims = flag(subjectOf(this), 'keepdims', options.keepdims ?? false)
  }

  protected run(x: SymbolicTensor): SymbolicTensor {
    return this.#pool(x, this.keepdims)
  }

  override config(): Config {
    return { ...super.config(), keepdims: this.keepdims }
  }
}

/** Steps that the mask [B, T] leaves out do not count. */
const meanOfSteps: Pool = (x, keepdims) => {
  if (!x.mask) return meanOfPoints(x, keepdims)
  const mask = ops.reshape(x.mask, [...x.mask.shape, 1])
  const sum = ops.sum(ops.where(mask, x, 0), [1], keepdims)
  return ops.div(sum, ops.sum(mask, [1], keepdims))
}

const meanOfPoints: Pool = (x, keepdims) => mean(x, x.shape.map((_, i) => i).slice(1, -1), keepdims)

/** The largest of each channel: x: [B, T, C] → y: [B, C]. */
export const globalMaxPooling1d: MakesGlobal<'globalMaxPooling1d', 1> = (options = {}) =>
  new GlobalPooling('globalMaxPooling1d', 1, globalMaxPool, options)

/** The largest of each channel: x: [B, H, W, C] → y: [B, C]. */
export const globalMaxPooling2d: MakesGlobal<'globalMaxPooling2d', 2> = (options = {}) =>
  new GlobalPooling('globalMaxPooling2d', 2, globalMaxPool, options)

/** The largest of each channel: x: [B, D, H, W, C] → y: [B, C]. */
export const globalMaxPooling3d: MakesGlobal<'globalMaxPooling3d', 3> = (options = {}) =>
  new GlobalPooling('globalMaxPooling3d', 3, globalMaxPool, options)

/** The mean of each channel over the steps that are not masked: x: [B, T, C] → y: [B, C]. */
export const globalAveragePooling1d: MakesGlobal<'globalAveragePooling1d', 1> = (options = {}) =>
  new GlobalPooling('globalAveragePooling1d', 1, meanOfSteps, options)

/** The mean of each channel: x: [B, H, W, C] → y: [B, C]. */
export const globalAveragePooling2d: MakesGlobal<'globalAveragePooling2d', 2> = (options = {}) =>
  new GlobalPooling('globalAveragePooling2d', 2, meanOfPoints, options)

/** The mean of each channel: x: [B, D, H, W, C] → y: [B, C]. */
export const globalAveragePooling3d: MakesGlobal<'globalAveragePooling3d', 3> = (options = {}) =>
  new GlobalPooling('globalAveragePooling3d', 3, meanOfPoints, options)
