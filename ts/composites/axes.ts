// Axes and dtypes as the public ops take them: checked, counted from the end when negative. No ops
// but casts.

import { GradloomError } from '../errors.ts'
import type { Operand, SymbolicTensor as Tensor } from '../graph.ts'
import * as ops from '../ops.ts'
import { type Shape, showShape } from '../shape.ts'

/** One axis or several. */
export type Axes = number | readonly number[]

export const shapeError = (op: string, message: string): GradloomError =>
  new GradloomError('shape', `${op}: ${message}.`)

/** `axis` of `rank` axes, from 0 on. */
export const axisOf = (op: string, shape: Shape, axis: number, rank = shape.length): number => {
  const at = axis < 0 ? axis + rank : axis
  if (Number.isInteger(at) && at >= 0 && at < rank) return at
  throw shapeError(op, `axis ${axis} is not an axis of shape ${showShape(shape)}`)
}

/** The axes in rising order, each once; all of them by default. */
export const axesOf = (op: string, shape: Shape, axes?: Axes | null): number[] => {
  if (axes === undefined || axes === null) return shape.map((_, i) => i)
  const given = typeof axes === 'number' ? [axes] : axes
  const at = given.map((axis) => axisOf(op, shape, axis)).sort((a, b) => a - b)
  if (new Set(at).size === at.length) return at
  throw shapeError(op, `axes [${given}] of shape ${showShape(shape)} are not all different`)
}

/** i32 as f32; f32 as it is. */
export const asFloat = (x: Tensor): Tensor => (x.dtype === 'int32' ? ops.castF32(x) : x)

export const isInt = (x: Operand): boolean =>
  typeof x === 'number' ? Number.isInteger(x) : x.dtype === 'int32'

/** i32 if all are (whole numbers count as such), else all f32. */
export const alike = <T extends Operand>(xs: readonly T[]): T[] =>
  xs.every(isInt) ? [...xs] : xs.map((x) => (typeof x === 'number' ? x : (asFloat(x) as T)))

/** x: [..., n, ...] with n at `axis` → the sizes before it, its own, and after it, multiplied. */
export const around = (shape: Shape, axis: number): [number, number, number] => {
  const product = (sizes: Shape) => sizes.reduce((n, d) => n * d, 1)
  return [product(shape.slice(0, axis)), shape[axis] as number, product(shape.slice(axis + 1))]
}

/** `shape` with `sizes` instead of `axis`. */
export const withAxis = (shape: Shape, axis: number, ...sizes: number[]): number[] => [
  ...shape.slice(0, axis),
  ...sizes,
  ...shape.slice(axis + 1),
]

export type { Operand, Tensor }
