// The layer that moves pixels away from, or towards, the mean of their channel at random while
// training.

import { badArgument } from '../checks.ts'
import { mean } from '../composites/common.ts'
import type { SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import { subjectOf } from './expect.ts'
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

export interface RandomContrastOptions extends LayerOptions {
  /** f or [lower, upper], from 0 to 1: differences to the mean times 1 − lower to 1 + upper. */
  factor: Factor
  /** Lowest and highest value of a pixel. Default [0, 255]. */
  valueRange?: readonly [number, number]
}

export class RandomContrast extends RandomImage {
  declare readonly type: 'randomContrast'
  protected readonly draws = 1
  readonly factor: Factor
  readonly valueRange: readonly [number, number]

  constructor(options: RandomContrastOptions) {
    super(options, 'randomContrast')
    this.factor = options.factor
    const { factor } = options
    if ([factor].flat().length > 2)
      throw badArgument(subjectOf(this), 'factor', factor, 'at most two')
    for (const part of [factor].flat()) rangeOf(this, 'factor', part, [0, 1])
    this.valueRange = checkedValueRange(this, options.valueRange)
  }

  protected vary(x: SymbolicTensor, draw: Draw): SymbolicTensor {
    const [lower = 0, upper = lower] = [this.factor].flat()
    const factor = draw(0, 1 - lower, 1 + upper)
    const middle = mean(x, [1, 2], true)
    const times = ops.reshape(factor, [...factor.shape, 1])
    return ops.clip(ops.mulAdd(ops.sub(x, middle), times, middle), ...this.valueRange)
  }

  config() {
    return { factor: factorJson(this.factor), valueRange: [...this.valueRange] }
  }
}

/** Images of more or less contrast at random while training. */
export const randomContrast: Makes<RandomContrast, RandomContrastOptions, Keeps> = (options) =>
  new RandomContrast(options)
