// Names of the layers of a model: the given ones are checked, the others are numbered by type, as
// in Keras.

import { plainName } from '../checks.ts'
import { GradloomError } from '../errors.ts'
import { subjectOf } from '../layers/expect.ts'
import type { AnyLayer } from '../layers/layer.ts'

/** Layers that a model has already. */
const owned = new WeakSet<AnyLayer>()
/** Layers that a model has named: another model may call them otherwise. */
const numbered = new WeakSet<AnyLayer>()

const refuse = (layer: AnyLayer, message: string): GradloomError =>
  new GradloomError('argument', `${subjectOf(layer)}: ${message}`, {
    subject: layer.name || layer.type,
  })

/** Each layer stands in one place only. */
export const checkFree = (layers: readonly AnyLayer[]): void => {
  const twice = layers.find((layer, i) => owned.has(layer) || layers.indexOf(layer) < i)
  if (twice) throw refuse(twice, 'already belongs to a model; make a new layer for each place.')
}

/** From now on the layers belong to a model. */
export const claimLayers = (layers: readonly AnyLayer[]): void => {
  for (const layer of layers) owned.add(layer)
}

/** A name is one part of the path `layer/variable` in files. */
const checkGiven = (layers: readonly AnyLayer[]): Set<string> => {
  const taken = new Set<string>()
  for (const layer of layers) {
    plainName(layer.type, layer.name)
    if (taken.has(layer.name)) throw refuse(layer, 'two layers have this name; rename one.')
    taken.add(layer.name)
  }
  return taken
}

/** `name`, or with the first number that makes it another one than those in `taken`. */
export const freeName = (name: string, taken: ReadonlySet<string>): string => {
  for (let count = 0; ; count++) {
    const next = count === 0 ? name : `${name}_${count}`
    if (!taken.has(next)) return next
  }
}

/** The layers' names in one model: `dense`, `dense_1` … for those that were given none. */
export const nameLayers = (layers: readonly AnyLayer[]): ReadonlyMap<AnyLayer, string> => {
  const isGiven = (layer: AnyLayer): boolean => layer.name !== '' && !numbered.has(layer)
  const taken = checkGiven(layers.filter(isGiven))
  const names = new Map<AnyLayer, string>()
  for (const layer of layers) {
    const own = isGiven(layer) ? layer.name : freeName(layer.name || layer.type, taken)
    taken.add(own)
    names.set(layer, own)
    if (layer.name !== '') continue
    layer.name = own
    numbered.add(layer)
  }
  return names
}
