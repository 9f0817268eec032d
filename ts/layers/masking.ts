// Marks the steps of a sequence that are padding, for the layers behind it.

import { finite } from '../checks.ts'
import type { SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import { showShape } from '../shape.ts'
import { shapeError, subjectOf } from './expect.ts'
import { Layer, type LayerOptions } from './layer.ts'
import type { Keeps, MakesPlain } from './shape-rules.ts'

export interface MaskingOptions extends LayerOptions {
  /** A step whose features all have this value is skipped. Default 0. */
  maskValue?: number
}

export class Masking extends Layer {
  declare readonly type: 'masking'
  readonly maskValue: number

  constructor(options: MaskingOptions = {}) {
    super(options, 'masking')
    this.maskValue = finite(subjectOf(this), 'maskValue', options.maskValue ?? 0)
  }

  /** x: [B, T, features] → y: [B, T, features], 0 where masked, and its mask. */
  call(x: SymbolicTensor): SymbolicTensor {
    if (x.shape.length !== 3) {
      const given = showShape([null, ...x.shape.slice(1)])
      throw shapeError(this, `expected an input of shape [batch, time, features], not ${given}.`)
    }
    const differs = ops.sub(1, ops.equal(x, this.maskValue))
    const mask = ops.max(differs, 2)
    const shown = ops.reshape(mask, [...mask.shape, 1])
    return ops.where(shown, x, 0).withMask(mask)
  }

  config() {
    return { maskValue: this.maskValue }
  }
}

/** Masks steps: x: [B, T, features]; those whose features all equal `maskValue` are skipped. */
export const masking: MakesPlain<Masking, MaskingOptions, Keeps> = (options = {}) =>
  new Masking(options)
