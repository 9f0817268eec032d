// The layer that makes one axis of all axes but the batch.

import type { SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import { sizeOf } from '../shape.ts'
import { shapeError } from './expect.ts'
import { Layer, type LayerOptions } from './layer.ts'
import type { Flattens, MakesPlain } from './shape-rules.ts'

/** Nothing but what every layer takes. */
export type FlattenOptions = LayerOptions

export class Flatten extends Layer {
  declare readonly type: 'flatten'

  constructor(options: FlattenOptions) {
    super(options, 'flatten')
  }

  /** x: [B, ...] → y: [B, product of the others] */
  call(x: SymbolicTensor): SymbolicTensor {
    const [batch, ...rest] = x.shape
    if (batch === undefined)
      throw shapeError(this, 'expected a batch axis, but was given a scalar.')
    return ops.reshape(x, [batch, sizeOf(rest)])
  }

  config() {
    return {}
  }
}

/** Makes one axis of all axes but the batch: [B, 28, 28] → [B, 784]. */
export const flatten: MakesPlain<Flatten, FlattenOptions, Flattens> = (options = {}) =>
  new Flatten(options)
