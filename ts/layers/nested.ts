// Layers in the options of layers, as saved files have them.

import type { AnyLayer, Config } from './layer.ts'

/** Its type and all its options. */
export const savedLayer = (layer: AnyLayer): { type: string; config: Config } => ({
  type: layer.type,
  config: layer.fullConfig(),
})
