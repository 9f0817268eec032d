// One layer for every step of a sequence: time becomes part of the batch, and is taken out again.

import { badArgument } from '../../checks.ts'
import type { SymbolicTensor } from '../../graph.ts'
import * as ops from '../../ops.ts'
import { type BatchShape, type Shape, showShape } from '../../shape.ts'
import { shapeError, subjectOf } from '../expect.ts'
import { Layer, type LayerOptions, type Pass } from '../layer.ts'
import { savedLayer } from '../nested.ts'
import type { Distributes, Given, Shaped } from '../shape-rules.ts'

export interface TimeDistributedOptions extends LayerOptions {
  /** Applied to each step with the same weights. */
  layer: Layer
}

export class TimeDistributed extends Layer {
  declare readonly type: 'timeDistributed'
  readonly layer: Layer
  override readonly supportsMasking = true

  constructor(options: TimeDistributedOptions) {
    super(options, 'timeDistributed')
    this.layer = options.layer
    if (!(this.layer instanceof Layer)) {
      throw badArgument(subjectOf(this), 'layer', typeof this.layer, 'a layer')
    }
    this.sublayers = [this.layer]
  }

  override build(inputShape: BatchShape): void {
    if (inputShape.length < 3) {
      const given = showShape(inputShape)
      throw shapeError(this, `expected an input of shape [batch, time, ...], not ${given}.`)
    }
    if (!this.layer.built) this.layer.build([null, ...inputShape.slice(2)])
    this.layer.built = true
  }

  /** x: [B, T, ...] → y: [B, T, ...] */
  call(x: SymbolicTensor, pass: Pass): SymbolicTensor {
    const [batch, steps, ...rest] = x.shape as [number, number]
    const y = this.layer.apply(ops.reshape(x, [batch * steps, ...rest]), pass)
    return ops.reshape(y, [batch, steps, ...y.shape.slice(1)])
  }

  config() {
    return { layer: savedLayer(this.layer) }
  }
}

/** Applies `layer` to each step: x: [B, T, ...] → y: [B, T, ...]. */
export const timeDistributed = <const L extends Layer, const S extends Shape = Shape>(
  options: Given<TimeDistributedOptions, S> & { layer: L },
): Shaped<TimeDistributed, Distributes<L>, S> => new TimeDistributed(options)
