// The layer that moves images by random distances while training.

import type { SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import { subjectOf } from './expect.ts'
import type { LayerOptions } from './layer.ts'
import { checkedFill, countAlong, type FillOptions, sample } from './pixels.ts'
import { type Draw, type Factor, factorJson, RandomImage, rangeOf } from './random-image.ts'
import type { Keeps, Makes } from './shape-rules.ts'

export interface RandomTranslationOptions extends LayerOptions, FillOptions {
  /** Part of the height: f for −f to f, or [low, high]; positive is down. */
  heightFactor: Factor
  /** Part of the width; positive is right. */
  widthFactor: Factor
}

export class RandomTranslation extends RandomImage {
  declare readonly type: 'randomTranslation'
  protected readonly draws = 2
  readonly heightFactor: Factor
  readonly widthFactor: Factor
  readonly #ranges: readonly (readonly [number, number])[]
  readonly #fill: Required<FillOptions>

  constructor(options: RandomTranslationOptions) {
    super(options, 'randomTranslation')
    this.heightFactor = options.heightFactor
    this.widthFactor = options.widthFactor
    this.#ranges = (['heightFactor', 'widthFactor'] as const).map((option) =>
      rangeOf(this, option, options[option], [-1, 1]),
    )
    this.#fill = checkedFill(subjectOf(this), options)
  }

  protected vary(x: SymbolicTensor, draw: Draw): SymbolicTensor {
    const moved = (axis: 1 | 2): SymbolicTensor => {
      const size = x.shape[axis] as number
      const [low, high] = this.#ranges[axis - 1] as readonly [number, number]
      return ops.sub(countAlong(x, axis, size), draw(axis - 1, low * size, high * size))
    }
    return sample(this, x, [moved(1), moved(2)], this.#fill)
  }

  config() {
    const [heightFactor, widthFactor] = [this.heightFactor, this.widthFactor].map(factorJson)
    return {
      heightFactor: heightFactor as number,
      widthFactor: widthFactor as number,
      ...this.#fill,
    }
  }
}

/** Images moved by random distances while training. */
export const randomTranslation: Makes<RandomTranslation, RandomTranslationOptions, Keeps> = (
  options,
) => new RandomTranslation(options)
