// Dropout (Srivastava et al. 2014), inverted: what is kept is scaled up while training, so that
// nothing happens afterwards.

import { badArgument, belowOne, list } from '../checks.ts'
import * as composites from '../composites/common.ts'
import type { SymbolicTensor } from '../graph.ts'
import { type Shape, showShape } from '../shape.ts'
import { shapeError, subjectOf } from './expect.ts'
import { type Config, Layer, type LayerOptions, type Pass } from './layer.ts'
import type { Keeps, Makes } from './shape-rules.ts'

export interface DropoutOptions extends LayerOptions {
  /** Part of the elements that are set to 0 while training: 0 ≤ rate < 1. */
  rate: number
  /**
   * Shape of what is drawn, with null for the sizes of the input: elements along an axis of 1 are
   * dropped together, as all steps with `[null, 1, null]`. The first, the batch, is null. Default:
   * the input's.
   */
  noiseShape?: readonly (number | null)[] | null
}

/** A size of `noiseShape`. */
const fits = (size: number | null, axis: number): boolean =>
  size === null || (axis > 0 && Number.isInteger(size) && size > 0)

export class Dropout extends Layer {
  declare readonly type: 'dropout'
  override readonly supportsMasking = true
  readonly rate: number
  readonly noiseShape: readonly (number | null)[] | null

  constructor(options: DropoutOptions) {
    super(options, 'dropout')
    const subject = subjectOf(this)
    this.rate = belowOne(subject, 'rate', options.rate)
    const { noiseShape = null } = options
    if (noiseShape !== null && !list(subject, 'noiseShape', noiseShape).every(fits)) {
      throw badArgument(subject, 'noiseShape', noiseShape, 'sizes or null, the first null')
    }
    this.noiseShape = noiseShape
  }

  /** x: [B, ...] → y: [B, ...] */
  call(x: SymbolicTensor, pass: Pass): SymbolicTensor {
    if (!pass.training || this.rate === 0) return x
    const draw = { rng: pass.rng, stream: pass.stream(this) }
    return composites.dropout(x, this.rate, draw, this.#noise(x.shape))
  }

  #noise(shape: Shape): Shape {
    const { noiseShape } = this
    if (!noiseShape) return shape
    const sizes = shape.map((d, i) => noiseShape[i] ?? d)
    const does = sizes.every((d, i) => d === 1 || d === shape[i])
    if (does && noiseShape.length === shape.length) return sizes
    const given = showShape([null, ...shape.slice(1)])
    throw shapeError(this, `noiseShape ${showShape(noiseShape)} does not fit an input ${given}.`)
  }

  config(): Config {
    return { rate: this.rate, ...(this.noiseShape ? { noiseShape: [...this.noiseShape] } : {}) }
  }
}

/**
 * While training, sets elements to 0 with probability `rate` and divides the others by 1 − rate.
 */
export const dropout: Makes<Dropout, DropoutOptions, Keeps> = (options) => new Dropout(options)
