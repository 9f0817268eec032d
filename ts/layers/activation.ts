// The layer that applies an activation function and nothing else.

import type { ActivationFunction } from '../activations/activations.ts'
import { type ActivationSpec, activationName, activationOf } from '../activations/registry.ts'
import { badArgument } from '../checks.ts'
import type { SymbolicTensor } from '../graph.ts'
import { subjectOf } from './expect.ts'
import { Layer, type LayerOptions } from './layer.ts'
import type { Keeps, Makes } from './shape-rules.ts'

export interface ActivationOptions extends LayerOptions {
  /** A name such as `'relu'`, or a function of a tensor. */
  activation: ActivationSpec
}

export class Activation extends Layer {
  declare readonly type: 'activation'
  override readonly supportsMasking = true
  readonly activation: ActivationSpec
  readonly #activate: ActivationFunction

  constructor(options: ActivationOptions) {
    super(options, 'activation')
    this.activation = options.activation
    if (typeof this.activation !== 'string' && typeof this.activation !== 'function') {
      throw badArgument(subjectOf(this), 'activation', this.activation, 'a name or a function')
    }
    this.#activate = activationOf(this.activation, subjectOf(this))
  }

  /** x: [B, ...] → y: [B, ...] */
  call(x: SymbolicTensor): SymbolicTensor {
    return this.#activate(x)
  }

  config() {
    return { activation: activationName(this.activation, subjectOf(this)) }
  }
}

/** Applies an activation function to every element (softmax: to every row). */
export const activation: Makes<Activation, ActivationOptions, Keeps> = (options) =>
  new Activation(options)
