// The layer that makes images larger or smaller about their middle, at random, while training.

import type { SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import { subjectOf } from './expect.ts'
import type { LayerOptions } from './layer.ts'
import { checkedFill, countAlong, type FillOptions, sample } from './pixels.ts'
import { type Draw, type Factor, factorJson, RandomImage, rangeOf } from './random-image.ts'
import type { Keeps, Makes } from './shape-rules.ts'

export interface RandomZoomOptions extends LayerOptions, FillOptions {
  /** f for −f to f, or [low, high]: 0.2 shows 20 % more of the height, −0.2 less. */
  heightFactor: Factor
  /** The same for the width. Default: as the height, so that shapes are kept. */
  widthFactor?: Factor | null
}

export class RandomZoom extends RandomImage {
  declare readonly type: 'randomZoom'
  protected readonly draws = 2
  readonly heightFactor: Factor
  readonly widthFactor: Factor | null
  readonly #height: readonly [number, number]
  readonly #width: readonly [number, number] | null
  readonly #fill: Required<FillOptions>

  constructor(options: RandomZoomOptions) {
    super(options, 'randomZoom')
    const { heightFactor, widthFactor = null } = options
    this.heightFactor = heightFactor
    this.widthFactor = widthFactor
    this.#height = rangeOf(this, 'heightFactor', heightFactor, [-1, 1])
    this.#width = widthFactor === null ? null : rangeOf(this, 'widthFactor', widthFactor, [-1, 1])
    this.#fill = checkedFill(subjectOf(this), options)
  }

  protected vary(x: SymbolicTensor, draw: Draw): SymbolicTensor {
    const zoomed = (axis: 1 | 2, index: number, [low, high]: readonly [number, number]) => {
      const size = x.shape[axis] as number
      const from = ops.sub(countAlong(x, axis, size), (size - 1) / 2)
      return ops.mulAdd(from, draw(index, 1 + low, 1 + high), (size - 1) / 2)
    }
    const columns = this.#width ? zoomed(2, 1, this.#width) : zoomed(2, 0, this.#height)
    return sample(this, x, [zoomed(1, 0, this.#height), columns], this.#fill)
  }

  config() {
    const { heightFactor, widthFactor } = this
    const width = widthFactor === null ? null : factorJson(widthFactor)
    return { heightFactor: factorJson(heightFactor), widthFactor: width, ...this.#fill }
  }
}

/** Images made larger or smaller at random while training. */
export const randomZoom: Makes<RandomZoom, RandomZoomOptions, Keeps> = (options) =>
  new RandomZoom(options)
