// Unit normalization: each sample for itself is divided by its length along the given axes. No
// weights.

import type { SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import { keptAxes, subjectOf } from './expect.ts'
import { Layer, type LayerOptions } from './layer.ts'
import { axisConfig, someAxes } from './normalizing.ts'
import type { Keeps, MakesPlain } from './shape-rules.ts'

export interface UnitNormalizationOptions extends LayerOptions {
  /** The axes along which the sum of squares becomes 1. Default −1. */
  axis?: number | readonly number[]
}

/** Squared length under which a vector is divided by 1e−12: zeros stay zeros. */
const SHORTEST = 1e-24

export class UnitNormalization extends Layer {
  declare readonly type: 'unitNormalization'
  override readonly supportsMasking = true
  readonly axis: number | readonly number[]

  constructor(options: UnitNormalizationOptions) {
    super(options, 'unitNormalization')
    this.axis = someAxes(subjectOf(this), options.axis)
  }

  /** x: [B, ...] → x / √Σ x²: [B, ...] */
  call(x: SymbolicTensor): SymbolicTensor {
    const axes = keptAxes(this, this.axis, x.shape.length)
    const squares = ops.sum(ops.square(x), axes, true)
    return ops.div(x, ops.sqrt(ops.maximum(squares, SHORTEST)))
  }

  config() {
    return { axis: axisConfig(this.axis) }
  }
}

/** x / √Σ x² along `axis`: vectors of length 1. */
export const unitNormalization: MakesPlain<UnitNormalization, UnitNormalizationOptions, Keeps> = (
  options = {},
) => new UnitNormalization(options)
