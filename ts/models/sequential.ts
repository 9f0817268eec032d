// `sequential`: a model whose layers follow one another.

import type { AnyLayer } from '../layers/layer.ts'
import { core } from '../runtime/core.ts'
import { Chain } from './chain.ts'
import type { BatchOf, Begins, Checked, Ends } from './chain-shapes.ts'
import { Live } from './live.ts'
import { type AnyModel, Model } from './model.ts'
import { checkOptions } from './options.ts'

export interface SequentialOptions {
  /** For messages, summaries and files. Default `'sequential'`. */
  name?: string
}

/**
 * A model of layers, and other models, in a row. The first layer tells the shape of a sample by its
 * `inputShape`, or is `layers.input`; without, the shape is taken from the first data.
 */
export const sequential = <const L extends readonly (AnyLayer | AnyModel)[]>(
  layers: L & Checked<L>,
  options: SequentialOptions = {},
): Model<BatchOf<Ends<L>>, BatchOf<Begins<L>>> => {
  core()
  checkOptions('sequential', options, ['name'])
  const all = Array.isArray(layers)
    ? layers.map((layer) => (layer instanceof Model ? Model.layerOf(layer) : layer))
    : layers
  return new Model(new Live(options.name ?? 'sequential', new Chain(all as readonly AnyLayer[])))
}
