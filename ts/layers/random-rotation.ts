// The layer that turns images about their middle by random angles while training.

import type { SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import { subjectOf } from './expect.ts'
import type { LayerOptions } from './layer.ts'
import { checkedFill, countAlong, type FillOptions, sample } from './pixels.ts'
import { type Draw, type Factor, factorJson, RandomImage, rangeOf } from './random-image.ts'
import type { Keeps, Makes } from './shape-rules.ts'

export interface RandomRotationOptions extends LayerOptions, FillOptions {
  /** Part of a full turn: f for −f to f, or [low, high]; positive is counter-clockwise. */
  factor: Factor
}

export class RandomRotation extends RandomImage {
  declare readonly type: 'randomRotation'
  protected readonly draws = 1
  readonly factor: Factor
  readonly #range: readonly [number, number]
  readonly #fill: Required<FillOptions>

  constructor(options: RandomRotationOptions) {
    super(options, 'randomRotation')
    this.factor = options.factor
    this.#range = rangeOf(this, 'factor', options.factor, [-1, 1])
    this.#fill = checkedFill(subjectOf(this), options)
  }

  protected vary(x: SymbolicTensor, draw: Draw): SymbolicTensor {
    const [, h, w] = x.shape as [number, number, number]
    const [low, high] = this.#range
    const angle = draw(0, 2 * Math.PI * low, 2 * Math.PI * high)
    const [sin, cos] = [ops.sin(angle), ops.cos(angle)]
    const [middle, centre] = [(h - 1) / 2, (w - 1) / 2]
    const down = ops.sub(countAlong(x, 1, h), middle)
    const right = ops.sub(countAlong(x, 2, w), centre)
    const rows = ops.add(ops.add(ops.mul(right, sin), ops.mul(down, cos)), middle)
    const columns = ops.add(ops.sub(ops.mul(right, cos), ops.mul(down, sin)), centre)
    return sample(this, x, [rows, columns], this.#fill)
  }

  config() {
    return { factor: factorJson(this.factor), ...this.#fill }
  }
}

/** Images turned by random angles while training. */
export const randomRotation: Makes<RandomRotation, RandomRotationOptions, Keeps> = (options) =>
  new RandomRotation(options)
