// `input` and `model`: models of any form, made by applying layers to functional tensors.

import { FunctionalTensor } from '../layers/functional.ts'
import { Input, type InputOptions } from '../layers/input.ts'
import { core } from '../runtime/core.ts'
import type { Tensor } from '../tensor.ts'
import { Diagram, type Ends } from './diagram.ts'
import { Live } from './live.ts'
import { Model } from './model.ts'
import { checkOptions } from './options.ts'

/** Where a model begins: `const x = input({ shape: [784] })`. */
export const input = (options: InputOptions): FunctionalTensor => {
  core()
  return inputOf(new Input(options))
}

/** What an input layer gives. */
export const inputOf = (layer: Input): FunctionalTensor => {
  const x = new FunctionalTensor([null, ...layer.shape], layer.dtype)
  x.source = { layer, inputs: [], takesList: false, givesList: false, outputs: [x] }
  layer.built = true
  return x
}

export interface ModelOptions<Out extends Ends> {
  /** What `input` gave: one, or several in an array or an object. */
  inputs: Ends
  /** What layers gave for it: one, or several in an array or an object. */
  outputs: Out
  /** For messages, summaries and files. Default `'functional'`. */
  name?: string
}

/** What `predict` gives for outputs in this form. */
export type Predicted<Out extends Ends> = Out extends FunctionalTensor
  ? Tensor
  : Out extends readonly unknown[]
    ? { readonly [K in keyof Out]: Tensor }
    : { readonly [K in keyof Out]: Tensor }

/**
 * A model from inputs to outputs: `model({ inputs: x, outputs: dense({ units: 1 }).apply(x) })`.
 * Layers and models that were applied in several models have the same weights in all of them.
 */
export const model = <const Out extends Ends>(
  options: ModelOptions<Out>,
): Model<Predicted<Out>> => {
  core()
  checkOptions('model', options, ['inputs', 'outputs', 'name'])
  const { inputs, outputs, name = 'functional' } = options
  return new Model(new Live(name, new Diagram(inputs, outputs)))
}
