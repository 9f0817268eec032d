// Names of the layers of a model: the given ones are checked, the others are numbered by type, as
// in Keras.

import { GradloomError } from '../errors.ts'
import { subjectOf } from '../layers/expect.ts'
import type { AnyLayer } from '../layers/layer.ts'

/** A layer keeps its variables, so it belongs to one model for ever. */
const owned = new WeakSet<AnyLayer>()

const refuse = (layer: AnyLayer, message: string): GradloomError =>
  new GradloomError('argument', `${subjectOf(layer)}: ${message}`, {
    subject: layer.name || layer.type,
  })

/** Each layer stands in one place only. */
export const checkFree = (layers: readonly AnyLayer[]): void => {
  const twice = layers.find((layer, i) => owned.has(layer) || layers.indexOf(layer) < i)
  if (twice) throw refuse(twice, 'already belongs to a model; make a new layer for each place.')
}

/** From now on the layers belong to one model. */
export const claimLayers = (layers: readonly AnyLayer[]): void => {
  for (const layer of layers) owned.add(layer)
}

/** A name is one part of the path `layer/variable` in files. */
const checkGiven = (layers: readonly AnyLayer[]): Set<string> => {
  const taken = new Set<string>()
  for (const layer of layers.filter(({ name }) => name !== '')) {
    if (typeof layer.name !== 'string' || layer.name.includes('/')) {
      throw refuse(layer, `the name ${JSON.stringify(layer.name)} must be a string without '/'.`)
    }
    if (taken.has(layer.name)) throw refuse(layer, 'two layers have this name; rename one.')
    taken.add(layer.name)
  }
  return taken
}

/** `dense`, `dense_1`, `dense_2` … for layers without a name. */
export const nameLayers = (layers: readonly AnyLayer[]): void => {
  const taken = checkGiven(layers)
  const counts = new Map<string, number>()
  for (const layer of layers.filter(({ name }) => name === '')) {
    let count = counts.get(layer.type) ?? 0
    const next = (): string => (count === 0 ? layer.type : `${layer.type}_${count}`)
    while (taken.has(next())) count += 1
    layer.name = next()
    taken.add(layer.name)
    counts.set(layer.type, count + 1)
  }
}
