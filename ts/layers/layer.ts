// The base of all layers: a name, variables made in `build`, and `call`, which applies ops to
// symbolic tensors. A layer holds no numbers and knows no model.

import { flag, sizes } from '../checks.ts'
import type { SymbolicTensor } from '../graph.ts'
import type { BatchShape, Elements } from '../shape.ts'
import type { Variable } from '../variable.ts'

/** One walk of a model's layers over a graph. */
export interface Pass {
  /** Dropout and the like act only when true. */
  readonly training: boolean
  /** i32 [4]: seed low, seed high, step, row offset. */
  readonly rng: SymbolicTensor
  /** Value of a variable in this graph; the same node every time. */
  read(variable: Variable): SymbolicTensor
}

/** Plain JSON. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [k: string]: Json }
export type Config = { readonly [key: string]: Json }

/** Options that every layer takes. */
export interface LayerOptions {
  /** Unique within the model; by default the type and a number. */
  name?: string
  /** Whether `fit` changes the layer's weights. Default true. */
  trainable?: boolean
  /** Shape of one sample, without the batch axis; only for the first layer of a model. */
  inputShape?: readonly number[]
}

export abstract class Layer {
  /** Name of the factory, as in saved files. */
  abstract readonly type: string
  /** Empty until the model gives the layer its default name. */
  name: string
  trainable: boolean
  readonly inputShape: readonly number[] | undefined
  /** In the order in which they are saved; empty before `build`. */
  variables: readonly Variable[] = []
  /** Tells the random draws of layers apart; set by the model. */
  stream = 0

  constructor(options: LayerOptions = {}) {
    const { name = '', trainable = true, inputShape } = options
    this.name = name
    this.trainable = flag(name || 'layer', 'trainable', trainable)
    this.inputShape = inputShape && sizes(name || 'layer', 'inputShape', inputShape)
  }

  /** Makes the variables for inputs of this shape (`[null, ...]`). Called once. */
  build(_inputShape: BatchShape): void {}

  /** x: [B, ...] → y: [B, ...] */
  abstract call(x: SymbolicTensor, pass: Pass): SymbolicTensor

  /**
   * Values that variables were given from outside (by `adapt`) since the last call, for the model
   * to write where its variables already hold numbers. A variable made later starts with them
   * anyway.
   */
  takePending(): ReadonlyMap<Variable, Elements> {
    return new Map()
  }

  /** The options that make this layer again, as JSON. */
  abstract config(): Config

  /** `config` plus what every layer has. */
  fullConfig(): Config {
    const shape: Config = this.inputShape ? { inputShape: [...this.inputShape] } : {}
    const trainable: Config = this.trainable ? {} : { trainable: false }
    return { name: this.name, ...shape, ...trainable, ...this.config() }
  }
}
