// The layer that gives every sample another shape of the same size.

import { badArgument } from '../checks.ts'
import type { SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import { type Shape, showShape, sizeOf } from '../shape.ts'
import { shapeError, subjectOf } from './expect.ts'
import { Layer, type LayerOptions } from './layer.ts'
import type { Becomes, Given, Shaped } from './shape-rules.ts'

export interface ReshapeOptions extends LayerOptions {
  /** New shape of a sample, without the batch axis; one size may be −1: whatever is left. */
  targetShape: readonly number[]
}

const isTarget = (shape: unknown): shape is readonly number[] =>
  Array.isArray(shape) &&
  shape.every((d) => Number.isInteger(d) && (d > 0 || d === -1)) &&
  shape.filter((d) => d === -1).length <= 1

export class Reshape extends Layer {
  declare readonly type: 'reshape'
  readonly targetShape: readonly number[]

  constructor(options: ReshapeOptions) {
    super(options, 'reshape')
    if (!isTarget(options.targetShape)) {
      throw badArgument(
        subjectOf(this),
        'targetShape',
        options.targetShape,
        'an array of positive whole numbers, of which one may be −1, without the batch axis',
      )
    }
    this.targetShape = options.targetShape
  }

  /** x: [B, ...] → y: [B, ...targetShape] */
  call(x: SymbolicTensor): SymbolicTensor {
    const [batch, ...sample] = x.shape
    if (batch === undefined)
      throw shapeError(this, 'expected a batch axis, but was given a scalar.')
    return ops.reshape(x, [batch, ...this.#resolve(sample)])
  }

  #resolve(sample: Shape): Shape {
    const known = sizeOf(this.targetShape.filter((d) => d !== -1))
    const left = sizeOf(sample) / known
    const resolved = this.targetShape.map((d) => (d === -1 ? left : d))
    if (Number.isInteger(left) && sizeOf(resolved) === sizeOf(sample)) return resolved
    throw shapeError(
      this,
      `cannot make samples of shape ${showShape(this.targetShape)} (${known} elements` +
        `${this.targetShape.includes(-1) ? ' or a multiple' : ''}) from an input of shape ` +
        `${showShape([null, ...sample])} (${sizeOf(sample)} elements a sample).`,
    )
  }

  config() {
    return { targetShape: [...this.targetShape] }
  }
}

/** Gives every sample another shape of the same size: [B, 784] → [B, 28, 28]. */
export const reshape = <const T extends Shape, const S extends Shape = Shape>(
  options: Given<ReshapeOptions, S> & { targetShape: T },
): Shaped<Reshape, Becomes<T>, S> => new Reshape(options)
