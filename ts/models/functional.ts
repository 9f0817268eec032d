// `input` and `model`: models of any form, made by applying layers to functional tensors.

import { FunctionalTensor } from '../layers/functional.ts'
import { Input, type InputOptions } from '../layers/input.ts'
import { core } from '../runtime/core.ts'
import type { Shape } from '../shape.ts'
import type { Tensor } from '../tensor.ts'
import type { BatchOf } from './chain-shapes.ts'
import { Diagram, type Ends } from './diagram.ts'
import { Live } from './live.ts'
import { Model } from './model.ts'
import { checkOptions } from './options.ts'

/**
 * Where a model begins: `const x = input({ shape: [784] })`. The compiler follows its shape; a
 * variable that holds one shape after another is declared `let x: FunctionalTensor`.
 */
export const input = <const S extends Shape>(
  options: InputOptions & { shape: S },
): FunctionalTensor<S> => {
  core()
  return inputOf(new Input(options)) as FunctionalTensor<S>
}

/** What an input layer gives. */
export const inputOf = (layer: Input): FunctionalTensor => {
  const x = new FunctionalTensor([null, ...layer.shape], layer.dtype)
  x.source = { layer, inputs: [], takesList: false, givesList: false, outputs: [x] }
  layer.built = true
  return x
}

export interface ModelOptions<Out extends Ends, In extends Ends = Ends> {
  /** What `input` gave: one, or several in an array or an object. */
  inputs: In
  /** What layers gave for it: one, or several in an array or an object. */
  outputs: Out
  /** For messages, summaries and files. Default `'functional'`. */
  name?: string
}

/** What `predict` gives for outputs in this form. */
export type Predicted<Out> =
  Out extends FunctionalTensor<infer S>
    ? BatchOf<S>
    : { readonly [K in keyof Out]: Out[K] extends FunctionalTensor<infer S> ? BatchOf<S> : Tensor }

/**
 * A model from inputs to outputs: `model({ inputs: x, outputs: dense({ units: 1 }).apply(x) })`.
 * Layers and models that were applied in several models have the same weights in all of them.
 */
export const model = <const Out extends Ends, const In extends Ends = Ends>(
  options: ModelOptions<Out, In>,
): Model<Predicted<Out>, Predicted<In>> => {
  core()
  checkOptions('model', options, ['inputs', 'outputs', 'name'])
  const { inputs, outputs, name = 'functional' } = options
  return new Model(new Live(name, new Diagram(inputs, outputs)))
}
