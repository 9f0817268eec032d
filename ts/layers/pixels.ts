// What layers for images share: picking pixels at whole or fractional places, and resizing by two
// small matrices. Everything is composed of ops, so gradients reach the image.

import { badArgument, finite, flag } from '../checks.ts'
import { asFloat } from '../composites/common.ts'
import type { Operand, SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import { INTERPOLATIONS, type Interpolation, tapsOf } from '../preprocessing/interpolation.ts'
import { showShape, sizeOf } from '../shape.ts'
import { shapeError } from './expect.ts'
import type { Layer } from './layer.ts'

/** x as f32 [B, H, W, C]. */
export const asImages = (layer: Layer, x: SymbolicTensor): SymbolicTensor => {
  if (x.shape.length === 4) return asFloat(x)
  const wanted = 'expected images of shape [batch, height, width, channels]'
  throw shapeError(layer, `${wanted}, but was given ${showShape([null, ...x.shape.slice(1)])}.`)
}

/** 0, 1 … n − 1 along one of three axes: [1, n, 1] */
export const countAlong = (x: SymbolicTensor, axis: 1 | 2, n: number): SymbolicTensor => {
  const shape = [1, 1, 1]
  shape[axis] = n
  return x.graph.constant(
    Float32Array.from({ length: n }, (_, i) => i),
    shape,
  )
}

/** Whole numbers up to here are exact in f32; pixels of an image are numbered in it. */
const MOST = 2 ** 24

/** x: [B, H, W, C]; whole rows and columns that broadcast to [B, h, w] → [B, h, w, C] */
export const pick = (
  layer: Layer,
  x: SymbolicTensor,
  rows: SymbolicTensor,
  columns: SymbolicTensor,
): SymbolicTensor => {
  const [batch, height, width, channels] = x.shape as [number, number, number, number]
  const size = height * width
  if (size > MOST) {
    throw shapeError(layer, `takes images of at most 2^24 pixels, not ${showShape(x.shape)}.`)
  }
  const first = x.graph.constant(
    Int32Array.from({ length: batch }, (_, i) => i * size),
    [batch, 1, 1],
  )
  const places = ops.integer('add', ops.castI32(ops.mulAdd(rows, width, columns)), first)
  const flat = ops.reshape(places, [sizeOf(places.shape)])
  const pixels = ops.gatherRows(ops.reshape(x, [batch * size, channels]), flat)
  return ops.reshape(pixels, [...places.shape, channels])
}

export type FillMode = 'constant' | 'nearest' | 'reflect' | 'wrap'

/** What is there beyond the edge. */
export interface FillOptions {
  /**
   * 'reflect' (default): the image mirrored, the edge doubled; 'nearest': the edge; 'wrap': the
   * other side; 'constant': `fillValue`.
   */
  fillMode?: FillMode
  /** Default 0. */
  fillValue?: number
  /** Default 'bilinear'. */
  interpolation?: 'bilinear' | 'nearest'
}

const remainder = (i: SymbolicTensor, n: number): SymbolicTensor =>
  ops.sub(i, ops.mul(ops.floor(ops.div(i, n)), n))

/** Whole numbers brought inside 0..n. */
const INSIDE: Record<FillMode, (i: SymbolicTensor, n: number) => SymbolicTensor> = {
  constant: (i, n) => ops.clip(i, 0, n - 1),
  nearest: (i, n) => ops.clip(i, 0, n - 1),
  wrap: remainder,
  reflect: (i, n) => {
    const twice = remainder(i, 2 * n)
    return ops.minimum(twice, ops.sub(2 * n - 1, twice))
  },
}

export const checkedFill = (subject: string, options: FillOptions): Required<FillOptions> => {
  const { fillMode = 'reflect', fillValue = 0, interpolation = 'bilinear' } = options
  if (!Object.hasOwn(INSIDE, fillMode)) {
    throw badArgument(subject, 'fillMode', fillMode, Object.keys(INSIDE).join(', '))
  }
  if (interpolation !== 'bilinear' && interpolation !== 'nearest') {
    throw badArgument(subject, 'interpolation', interpolation, "'bilinear' or 'nearest'")
  }
  return { fillMode, fillValue: finite(subject, 'fillValue', fillValue), interpolation }
}

/** x: [B, H, W, C]; any rows and columns that broadcast to [B, h, w] → [B, h, w, C] */
export const sample = (
  layer: Layer,
  x: SymbolicTensor,
  [rows, columns]: readonly [SymbolicTensor, SymbolicTensor],
  { fillMode, fillValue, interpolation }: Required<FillOptions>,
): SymbolicTensor => {
  const [, height, width] = x.shape as [number, number, number]
  const inside = INSIDE[fillMode]
  const is = (i: SymbolicTensor, n: number) => ops.equal(i, ops.clip(i, 0, n - 1))
  const at = (row: SymbolicTensor, column: SymbolicTensor): SymbolicTensor => {
    const found = pick(layer, x, inside(row, height), inside(column, width))
    if (fillMode !== 'constant') return found
    const seen = ops.mul(is(row, height), is(column, width))
    return ops.where(ops.reshape(seen, [...seen.shape, 1]), found, fillValue)
  }
  if (interpolation === 'nearest') {
    return at(ops.floor(ops.add(rows, 0.5)), ops.floor(ops.add(columns, 0.5)))
  }
  const [top, left] = [ops.floor(rows), ops.floor(columns)]
  const share = (place: SymbolicTensor, low: SymbolicTensor): SymbolicTensor => {
    const part = ops.sub(place, low)
    return ops.reshape(part, [...part.shape, 1])
  }
  const [down, right] = [share(rows, top), share(columns, left)]
  const between = (row: SymbolicTensor): SymbolicTensor => {
    const [a, b] = [at(row, left), at(row, ops.add(left, 1))]
    return ops.mulAdd(ops.sub(b, a), right, a)
  }
  const [a, b] = [between(top), between(ops.add(top, 1))]
  return ops.mulAdd(ops.sub(b, a), down, a)
}

/** The part of the image that is resized: from `first`, of `size` rows, beyond the edge too. */
interface Span {
  readonly first: number
  readonly size: number
}

/** [from, to]: how much each old row counts for each new one; what is outside does not. */
const weightsOf = (from: number, to: number, { first, size }: Span, kind: Interpolation) => {
  const weights = new Float32Array(from * to)
  tapsOf(size, to, kind).forEach((tap, i) => {
    tap.from.forEach((row, k) => {
      const at = row + first
      if (at >= 0 && at < from) weights[at * to + i] = tap.weights[k] as number
    })
  })
  return weights
}

export interface ResizeOptions {
  /** Default 'bilinear'. */
  interpolation?: Interpolation
  /** Cuts off the sides that do not fit the new shape instead of stretching. Default false. */
  cropToAspectRatio?: boolean
  /** Adds borders of `fillValue` instead of stretching. Default false. */
  padToAspectRatio?: boolean
  /** Default 0. */
  fillValue?: number
}

export const checkedResize = (subject: string, options: ResizeOptions): Required<ResizeOptions> => {
  const { interpolation = 'bilinear', fillValue = 0 } = options
  const { cropToAspectRatio = false, padToAspectRatio = false } = options
  if (!INTERPOLATIONS.includes(interpolation)) {
    throw badArgument(subject, 'interpolation', interpolation, INTERPOLATIONS.join(', '))
  }
  if (cropToAspectRatio && padToAspectRatio) {
    throw badArgument(subject, 'padToAspectRatio', true, 'left out with cropToAspectRatio')
  }
  flag(subject, 'cropToAspectRatio', cropToAspectRatio)
  flag(subject, 'padToAspectRatio', padToAspectRatio)
  finite(subject, 'fillValue', fillValue)
  return { interpolation, fillValue, cropToAspectRatio, padToAspectRatio }
}

/** The rows (or columns) used of `size`, where the other axis has `other` for `otherTo`. */
const spanOf = (
  size: number,
  to: number,
  other: number,
  otherTo: number,
  { cropToAspectRatio: crop, padToAspectRatio: pad }: Required<ResizeOptions>,
): Span => {
  if (!crop && !pad) return { first: 0, size }
  const fitting = Math.trunc((other * to) / otherTo)
  if (crop) {
    const used = Math.max(Math.min(size, fitting), 1)
    return { first: Math.trunc((size - used) / 2), size: used }
  }
  const border = Math.trunc(Math.max(0, fitting - size) / 2)
  return { first: -border, size: size + 2 * border }
}

/** x: [B, H, W, C] → [B, h, w, C]: rows·image·columns, exact and differentiable. */
export const resized = (
  x: SymbolicTensor,
  h: number,
  w: number,
  options: Required<ResizeOptions>,
): SymbolicTensor => {
  const [batch, height, width, channels] = x.shape as [number, number, number, number]
  const { interpolation: kind, fillValue } = options
  const { graph } = x
  const down = weightsOf(height, h, spanOf(height, h, width, w, options), kind)
  const across = weightsOf(width, w, spanOf(width, w, height, h, options), kind)
  const shifted = (value: SymbolicTensor, by: Operand) => (fillValue ? ops.add(value, by) : value)
  // What was outside is fillValue: shift it to 0, where it counts for nothing, and back.
  const inner = ops.reshape(shifted(x, -fillValue), [batch, height, width * channels])
  const rows = ops.matmul(inner, graph.constant(down, [height, h]), true)
  const turned = ops.reshape(rows, [batch, width, channels * h])
  const both = ops.matmul(turned, graph.constant(across, [width, w]), true)
  const image = ops.transpose(ops.reshape(both, [batch, channels, h, w]), [0, 2, 3, 1])
  return shifted(image, fillValue)
}
