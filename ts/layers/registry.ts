// Layers by the names in saved files; layers of one's own are added by `registerLayer`.

import { GradloomError } from '../errors.ts'
import { fromSaved, isSaved } from '../saved.ts'
import * as builtIn from './index.ts'
import type { AnyLayer, Config } from './layer.ts'

// biome-ignore lint/suspicious/noExplicitAny: each factory has its own options
type Factory = (options: any) => AnyLayer

const own = new Map<string, Factory>()

/**
 * Lets `load` find a layer of your own: `type` is the layer's `type`, `make` takes its `config()`.
 */
export const registerLayer = (type: string, make: Factory): void => {
  if (Object.hasOwn(builtIn, type)) {
    throw new GradloomError(
      'argument',
      `registerLayer: '${type}' is the name of a layer of Gradloom; give yours another type.`,
      { subject: type },
    )
  }
  own.set(type, make)
}

/** Options of layers that hold layers. */
const HOLDING = ['layer', 'backwardLayer', 'cell', 'cells']

/** Layers in place of their JSON forms. */
const revived = (x: unknown): unknown => {
  if (Array.isArray(x)) return x.map(revived)
  return isSaved(x) ? layerFromConfig(x.type, x.config) : x
}

/** The layer that a saved file describes. */
export const layerFromConfig = (type: string, config: Config): AnyLayer => {
  const held = HOLDING.filter((option) => config?.[option])
  const options = { ...config, ...Object.fromEntries(held.map((at) => [at, revived(config[at])])) }
  const factories = { ...builtIn, ...Object.fromEntries(own) }
  return fromSaved<AnyLayer>(
    'layer',
    factories,
    type,
    held.length > 0 ? (options as Config) : config,
  )
}
