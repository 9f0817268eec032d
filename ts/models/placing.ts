// Where the layers of a model stand: the names of their variables in files, and the streams of
// their random numbers.

import { GradloomError } from '../errors.ts'
import { subjectOf } from '../layers/expect.ts'
import type { AnyLayer } from '../layers/layer.ts'
import { withSublayers } from '../layers/pass.ts'
import type { Variable } from '../variable.ts'
import { nameLayers } from './layer-names.ts'

/** A variable and where it belongs. */
export interface Placed {
  readonly variable: Variable
  /** The layer that made it; it may be a sublayer. */
  readonly layer: AnyLayer
  /** Name in files: `layer/variable`, `layer/sublayer/variable`. */
  readonly path: string
  /** Tells its first random draw from those of others. */
  readonly stream: number
}

/** Even numbers are the streams of variables, odd ones those of layers. */
export const streamsOf = (layers: readonly AnyLayer[]): ReadonlyMap<AnyLayer, number> => {
  const streams = new Map(withSublayers(layers).map((layer, i) => [layer, 2 * i + 1] as const))
  for (const [layer, stream] of streams) layer.stream = stream
  return streams
}

const checkName = ({ name }: Variable, layer: AnyLayer): void => {
  const twins = layer.variables.filter((twin) => twin.name === name)
  if (twins.length < 2 && !name.includes('/')) return
  throw new GradloomError(
    'argument',
    `${subjectOf(layer)}: the variable '${name}' needs a name of its own without '/'.`,
    { subject: layer.name },
  )
}

type Found = Omit<Placed, 'stream'>

const found = (names: ReadonlyMap<AnyLayer, string>, prefix: string): Found[] =>
  [...names].flatMap(([layer, name]) => {
    const path = `${prefix}${name}/`
    const own = layer.variables.map((variable) => {
      checkName(variable, layer)
      return { layer, variable, path: `${path}${variable.name}` }
    })
    return [...own, ...found(nameLayers(layer.sublayers), path)]
  })

/** The variables of built layers, shared ones once; each is told its path. */
export const placeAll = (names: ReadonlyMap<AnyLayer, string>): Placed[] => {
  const seen = new Set<Variable>()
  const all = found(names, '').filter(({ variable }) => {
    if (seen.has(variable)) return false
    seen.add(variable)
    return true
  })
  for (const { variable, path } of all) variable.path = path
  return all.map((place, i) => ({ ...place, stream: 2 * i }))
}

/** Variables that are trained: neither they nor a layer that they belong to says otherwise. */
export const trainedIn = (layers: readonly AnyLayer[]): Set<Variable> =>
  new Set(
    layers
      .filter(({ trainable }) => trainable)
      .flatMap(({ variables, sublayers }) => [
        ...variables.filter(({ trainable }) => trainable),
        ...trainedIn(sublayers),
      ]),
  )
