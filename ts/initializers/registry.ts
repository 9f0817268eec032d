// Initializers by name: the literal union, the lookup, and the JSON form.

import type { Config, Json } from '../layers/layer.ts'
import { choose, unknownName } from '../names.ts'
import { fromSaved, isSaved, type Saved, saved } from '../saved.ts'
import type { Initialize } from '../variable.ts'
import * as factories from './index.ts'
import type { Initializer } from './initializer.ts'

/** `'glorotUniform'`, `'zeros'` … */
export type InitializerName = keyof typeof factories

/**
 * A name, an initializer, its JSON form, or a function that makes the first value of graph nodes.
 */
export type InitializerSpec = InitializerName | Initializer | Saved | Initialize

export const initializerNames = Object.keys(factories) as readonly InitializerName[]

/** The initializer that a saved file describes. */
export const initializerFromConfig = (type: string, config: Config): Initializer =>
  fromSaved('initializer', factories, type, config)

/** The function that a variable takes. */
export const initializeOf = (spec: InitializerSpec): Initialize => {
  if (typeof spec === 'function') return spec
  const made = isSaved(spec)
    ? initializerFromConfig(spec.type, spec.config)
    : typeof spec === 'string'
      ? choose<() => Initializer>('initializer', spec, factories)()
      : spec
  if (typeof made?.initialize !== 'function') {
    throw unknownName('initializer', spec, initializerNames)
  }
  return (shape, draw) => made.initialize(shape, draw)
}

/** The JSON form; `null` for a function, as loaded weights need no first value. */
export const initializerConfig = (spec: InitializerSpec): Json => {
  if (typeof spec === 'function') return null
  return typeof spec === 'string' || isSaved(spec) ? (spec as Json) : saved(spec)
}
