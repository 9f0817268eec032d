// Layers by the names in saved files; layers of one's own are added by `registerLayer`.

import { GradloomError } from '../errors.ts'
import { fromSaved } from '../saved.ts'
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

/** The layer that a saved file describes. */
export const layerFromConfig = (type: string, config: Config): AnyLayer =>
  fromSaved<AnyLayer>('layer', { ...builtIn, ...Object.fromEntries(own) }, type, config)
