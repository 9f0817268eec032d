// A layer without weights: a function of tensors, and the options with which it is saved. Which
// function is its factory's business.

import type { SymbolicTensor } from '../graph.ts'
import { shapeError } from './expect.ts'
import { type Config, Layer, type LayerOptions, type Pass, type Tensors } from './layer.ts'

/** x: [B, ...] (or a list) → y: [B, ...] */
export type PlainCall<In extends Tensors> = (
  x: In,
  pass: Pass,
  layer: PlainLayer<In>,
) => SymbolicTensor

export class PlainLayer<In extends Tensors = SymbolicTensor> extends Layer<In> {
  declare readonly type: string
  override readonly supportsMasking: boolean
  readonly #config: Config
  readonly #call: PlainCall<In>

  constructor(
    type: string,
    options: LayerOptions,
    config: Config,
    call: PlainCall<In>,
    supportsMasking = true,
  ) {
    super(options, type)
    this.supportsMasking = supportsMasking
    this.#config = config
    this.#call = call
  }

  call(x: In, pass: Pass): SymbolicTensor {
    return this.#call(x, pass, this)
  }

  /** A shape error that names the layer. */
  wrong(message: string): Error {
    return shapeError(this, message)
  }

  config(): Config {
    return this.#config
  }
}
