// Nested arrays of strings or numbers, as text and category data come: flat values and a shape.

import { GradloomError } from '../errors.ts'
import { type Shape, showShape } from '../shape.ts'
import { Tensor } from '../tensor.ts'

export type Nested<T> = T | readonly Nested<T>[]

export interface Flat<T> {
  readonly flat: T[]
  readonly shape: Shape
}

/** Values of one kind in rows of one length; tensors and typed arrays are taken too. */
export const flatten = <T extends string | number>(
  subject: string,
  kind: 'string' | 'number' | 'any',
  values: Nested<T> | Tensor | ArrayLike<T>,
): Flat<T> => {
  if (values instanceof Tensor) {
    return { flat: Array.from(values.elements) as T[], shape: values.shape }
  }
  const flat: T[] = []
  const shape: number[] = []
  for (let level: unknown = values; isList(level); level = level[0]) shape.push(level.length)
  const fill = (value: unknown, axis: number): void => {
    if (axis < shape.length) {
      if (!isList(value) || value.length !== shape[axis]) throw uneven(subject, shape)
      for (const part of value) fill(part, axis + 1)
    } else {
      const is = typeof value
      const known = is === 'string' || is === 'number'
      if (!known || (kind !== 'any' && is !== kind)) throw notOfKind(subject, kind, value)
      flat.push(value as T)
    }
  }
  fill(values, 0)
  return { flat, shape }
}

const isList = (x: unknown): x is unknown[] => Array.isArray(x) || ArrayBuffer.isView(x)

const uneven = (subject: string, shape: Shape): GradloomError =>
  new GradloomError(
    'shape',
    `${subject}: rows differ in length from the first, ${showShape(shape)}`,
  )

const notOfKind = (subject: string, kind: string, value: unknown): GradloomError => {
  const wanted = kind === 'any' ? 'strings or number' : kind
  const given = JSON.stringify(value)
  return new GradloomError('argument', `${subject}: takes ${wanted}s, but was given ${given}`)
}

/** `flat` in arrays of arrays again. */
export const nest = <T>(flat: readonly T[], shape: Shape): Nested<T> => {
  const [size, ...rest] = shape
  if (size === undefined) return flat[0] as T
  if (rest.length === 0) return flat
  const row = flat.length / size
  return Array.from({ length: size }, (_, i) => nest(flat.slice(i * row, (i + 1) * row), rest))
}

/** Batches that arrive one by one. */
export const isStream = (x: unknown): x is AsyncIterable<never> =>
  typeof x === 'object' && x !== null && Symbol.asyncIterator in x

/** `learn` for all of `data`, or for each batch of a stream, then `finish`. */
export const adaptTo = <T>(
  data: T | AsyncIterable<T>,
  learn: (batch: T) => void,
  finish: () => void,
): void | Promise<void> => {
  if (isStream(data)) {
    return (async () => {
      for await (const batch of data as AsyncIterable<T>) learn(batch)
      finish()
    })()
  }
  learn(data as T)
  finish()
}
