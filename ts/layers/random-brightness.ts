// The layer that makes images brighter or darker at random while training.

import type { SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import type { LayerOptions } from './layer.ts'
import {
  checkedValueRange,
  type Draw,
  type Factor,
  factorJson,
  RandomImage,
  rangeOf,
} from './random-image.ts'
import type { Keeps, Makes } from './shape-rules.ts'

export interface RandomBrightnessOptions extends LayerOptions {
  /** Part of the range of values that is added: f for −f to f, or [low, high]. */
  factor: Factor
  /** Lowest and highest value of a pixel. Default [0, 255]. */
  valueRange?: readonly [number, number]
}

export class RandomBrightness extends RandomImage {
  declare readonly type: 'randomBrightness'
  protected readonly draws = 1
  readonly factor: Factor
  readonly valueRange: readonly [number, number]
  readonly #range: readonly [number, number]

  constructor(options: RandomBrightnessOptions) {
    super(options, 'randomBrightness')
    this.factor = options.factor
    this.#range = rangeOf(this, 'factor', options.factor, [-1, 1])
    this.valueRange = checkedValueRange(this, options.valueRange)
  }

  protected vary(x: SymbolicTensor, draw: Draw): SymbolicTensor {
    const [least, most] = this.valueRange
    const [low, high] = this.#range.map((part) => part * (most - least)) as [number, number]
    const added = draw(0, low, high)
    return ops.clip(ops.add(x, ops.reshape(added, [...added.shape, 1])), least, most)
  }

  config() {
    return { factor: factorJson(this.factor), valueRange: [...this.valueRange] }
  }
}

/** Images brighter or darker at random while training. */
export const randomBrightness: Makes<RandomBrightness, RandomBrightnessOptions, Keeps> = (
  options,
) => new RandomBrightness(options)
