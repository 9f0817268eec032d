// Dropout (Srivastava et al. 2014), inverted: what is kept is scaled up while training, so that
// nothing happens afterwards.

import { belowOne } from '../checks.ts'
import * as composites from '../composites.ts'
import type { SymbolicTensor } from '../graph.ts'
import { subjectOf } from './expect.ts'
import { Layer, type LayerOptions, type Pass } from './layer.ts'
import type { Keeps, Makes } from './shape-rules.ts'

export interface DropoutOptions extends LayerOptions {
  /** Part of the elements that are set to 0 while training: 0 ≤ rate < 1. */
  rate: number
}

export class Dropout extends Layer {
  declare readonly type: 'dropout'
  override readonly supportsMasking = true
  readonly rate: number

  constructor(options: DropoutOptions) {
    super(options, 'dropout')
    this.rate = belowOne(subjectOf(this), 'rate', options.rate)
  }

  /** x: [B, ...] → y: [B, ...] */
  call(x: SymbolicTensor, pass: Pass): SymbolicTensor {
    if (!pass.training || this.rate === 0) return x
    return composites.dropout(x, this.rate, { rng: pass.rng, stream: pass.stream(this) })
  }

  config() {
    return { rate: this.rate }
  }
}

/**
 * While training, sets elements to 0 with probability `rate` and divides the others by 1 − rate.
 */
export const dropout: Makes<Dropout, DropoutOptions, Keeps> = (options) => new Dropout(options)
