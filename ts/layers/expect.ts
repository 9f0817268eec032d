// What layers expect of their inputs, as errors that name the layer, both shapes and the fix.

import { badArgument } from '../checks.ts'
import { GradloomError } from '../errors.ts'
import { type BatchShape, type Shape, showShape } from '../shape.ts'
import type { Variable } from '../variable.ts'
import type { AnyLayer } from './layer.ts'

/** `dense "hidden"`, or `dense` while the layer has no name. */
export const subjectOf = ({ type, name }: { type: string; name?: string }): string =>
  name ? `${type} "${name}"` : type

/** A `shape` error that begins with the layer. */
export const shapeError = (layer: AnyLayer, message: string): GradloomError =>
  new GradloomError('shape', `${subjectOf(layer)}: ${message}`, {
    subject: layer.name || layer.type,
  })

/** The variable that `build` made. */
export const built = (layer: AnyLayer, variable: Variable | undefined): Variable => {
  if (variable) return variable
  throw new GradloomError(
    'not-built',
    `${subjectOf(layer)}: has no weights yet; give the first layer an inputShape, ` +
      'or call build(shape).',
    { subject: layer.name || layer.type },
  )
}

/** Size of the last axis; the input needs one beside the batch axis. */
export const lastAxis = (layer: AnyLayer, inputShape: BatchShape): number => {
  const last = inputShape.at(-1)
  if (inputShape.length >= 2 && typeof last === 'number') return last
  throw shapeError(
    layer,
    `expected an input of shape [batch, ..., features], but was given ${showShape(inputShape)}; ` +
      'add a features axis, for instance by a reshape layer.',
  )
}

/** Throws unless the last axis of `given` has the size that the layer was built for. */
export const expectLastAxis = (layer: AnyLayer, wanted: number, given: Shape): void => {
  if (given.length >= 2 && given.at(-1) === wanted) return
  throw shapeError(
    layer,
    `expected an input of shape [batch, ..., ${wanted}], but was given ${showShape(given)}; ` +
      `its last axis must have the size that the layer was built for.`,
  )
}

/** Throws unless all axes but the batch have the sizes that the layer was built for. */
export const expectShape = (layer: AnyLayer, wanted: BatchShape, given: Shape): void => {
  const fits = wanted.every((d, i) => i === 0 || d === given[i])
  if (fits && wanted.length === given.length) return
  throw shapeError(
    layer,
    `expected an input of shape ${showShape([null, ...wanted.slice(1)])}, but was given ` +
      `${showShape(given)}.`,
  )
}

/** One axis of the input, several, or `null` for none. */
export type Axis = number | readonly number[] | null

/** The `axis` of a layer's options. */
export const checkedAxis = (subject: string, axis: Axis, option = 'axis'): Axis => {
  const list = axis === null ? [] : typeof axis === 'number' ? [axis] : axis
  if (Array.isArray(list) && list.every((a) => Number.isInteger(a) && a !== 0)) return axis
  throw badArgument(subject, option, axis, 'an axis other than the batch (0), several, or null')
}

/** The axes, counted from 0 (the batch), in ascending order. */
export const keptAxes = (layer: AnyLayer, axis: Axis, rank: number): readonly number[] => {
  const list = axis === null ? [] : typeof axis === 'number' ? [axis] : axis
  const kept = list.map((a) => (a < 0 ? a + rank : a)).sort((a, b) => a - b)
  if (kept.every((a, i) => a >= 1 && a < rank && a !== kept[i - 1])) return kept
  throw shapeError(
    layer,
    `axis ${JSON.stringify(axis)} does not fit an input of rank ${rank} (batch included); ` +
      `name axes from 1 to ${rank - 1} once each.`,
  )
}
