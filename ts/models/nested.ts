// A model as a layer of another model: the same weights under both.

import type { SymbolicTensor } from '../graph.ts'
import { type AnyLayer, type Config, Layer, type Pass, type Tensors } from '../layers/layer.ts'
import type { Saved } from '../saved.ts'
import type { BatchShape, Shape } from '../shape.ts'
import type { Network } from './network.ts'

export class Nested extends Layer<Tensors, Tensors> {
  declare readonly type: string
  readonly network: Network

  constructor(name: string, network: Network) {
    super({ name }, network.type)
    this.network = network
    this.sublayers = network.layers
  }

  override build(shape: BatchShape | readonly BatchShape[]): void {
    if (!this.network.inputs) this.network.build(shape.slice(1) as Shape)
  }

  /** x: [B, ...], or one for each input → y: [B, ...], or one for each output */
  call(x: Tensors, pass: Pass): Tensors {
    const xs = Array.isArray(x) ? x : [x]
    const ys = this.network.apply(xs as readonly SymbolicTensor[], pass)
    return this.network.outputForm === 'one' ? (ys[0] as SymbolicTensor) : ys
  }

  config(): Config {
    return this.network.topology()
  }
}

/** A layer as files describe it, under its name in the model. */
export const describedLayer = (layer: AnyLayer, name: string) =>
  ({
    type: layer.type,
    config: { ...layer.fullConfig(), name },
  }) satisfies Saved
