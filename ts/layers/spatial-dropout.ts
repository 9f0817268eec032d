// Dropout of whole channels (Tompson et al., 2015): what lies beside each other is alike, so single
// elements would be guessed from their neighbours.

import { belowOne } from '../checks.ts'
import { dropout } from '../composites/common.ts'
import type { SymbolicTensor } from '../graph.ts'
import type { Pass } from './layer.ts'
import type { Keeps, Makes } from './shape-rules.ts'
import { SpatialLayer, type SpatialOptions } from './spatial.ts'

export interface SpatialDropoutOptions extends SpatialOptions {
  /** Part of the channels that are set to 0 while training: 0 ≤ rate < 1. */
  rate: number
}

export class SpatialDropout extends SpatialLayer {
  override readonly supportsMasking = true
  readonly rate: number

  constructor(rank: number, options: SpatialDropoutOptions) {
    super(`spatialDropout${rank}d`, rank, options)
    this.rate = belowOne(options.name || this.type, 'rate', options.rate)
  }

  /** x: [B, ...spatial, C] → y: the same */
  protected run(x: SymbolicTensor, pass: Pass): SymbolicTensor {
    if (!pass.training || this.rate === 0) return x
    const each = x.shape.map((d, i) => (i === 0 || i === x.shape.length - 1 ? d : 1))
    return dropout(x, this.rate, { rng: pass.rng, stream: pass.stream(this) }, each)
  }

  override config() {
    return { rate: this.rate, ...super.config() }
  }
}

/** While training, sets channels of [B, T, C] to 0 and divides the others by 1 − rate. */
export const spatialDropout1d: Makes<SpatialDropout, SpatialDropoutOptions, Keeps> = (options) =>
  new SpatialDropout(1, options)
/** While training, sets channels of [B, H, W, C] to 0 and divides the others by 1 − rate. */
export const spatialDropout2d: Makes<SpatialDropout, SpatialDropoutOptions, Keeps> = (options) =>
  new SpatialDropout(2, options)
/** While training, sets channels of [B, D, H, W, C] to 0 and divides the others by 1 − rate. */
export const spatialDropout3d: Makes<SpatialDropout, SpatialDropoutOptions, Keeps> = (options) =>
  new SpatialDropout(3, options)
