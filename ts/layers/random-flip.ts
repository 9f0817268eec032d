// The layer that mirrors half of the images at random while training. Both directions are drawn
// apart (Keras draws one coin for both).

import { badArgument } from '../checks.ts'
import type { SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import { subjectOf } from './expect.ts'
import type { LayerOptions } from './layer.ts'
import { countAlong, pick } from './pixels.ts'
import { type Draw, RandomImage } from './random-image.ts'
import type { Keeps, MakesPlain } from './shape-rules.ts'

export interface RandomFlipOptions extends LayerOptions {
  /** Default 'horizontalAndVertical'. */
  mode?: 'horizontal' | 'vertical' | 'horizontalAndVertical'
}

export class RandomFlip extends RandomImage {
  declare readonly type: 'randomFlip'
  protected readonly draws = 2
  readonly mode: NonNullable<RandomFlipOptions['mode']>

  constructor(options: RandomFlipOptions = {}) {
    super(options, 'randomFlip')
    this.mode = options.mode ?? 'horizontalAndVertical'
    if (!['horizontal', 'vertical', 'horizontalAndVertical'].includes(this.mode)) {
      const wanted = "'horizontal', 'vertical' or 'horizontalAndVertical'"
      throw badArgument(subjectOf(this), 'mode', this.mode, wanted)
    }
  }

  protected vary(x: SymbolicTensor, draw: Draw): SymbolicTensor {
    const places = (axis: 1 | 2, mirrored: boolean): SymbolicTensor => {
      const size = x.shape[axis] as number
      const given = countAlong(x, axis, size)
      if (!mirrored) return given
      return ops.where(ops.less(draw(axis - 1, 0, 1), 0.5), ops.sub(size - 1, given), given)
    }
    const rows = places(1, this.mode !== 'horizontal')
    return pick(this, x, rows, places(2, this.mode !== 'vertical'))
  }

  config() {
    return { mode: this.mode }
  }
}

/** Images mirrored at random while training. */
export const randomFlip: MakesPlain<RandomFlip, RandomFlipOptions, Keeps> = (options = {}) =>
  new RandomFlip(options)
