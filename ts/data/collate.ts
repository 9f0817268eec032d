// Makes one value of many, part by part: samples to batches. Records and tuples keep their form,
// numbers get a new first axis, strings become an array.

import { GradloomError } from '../errors.ts'
import { type Dtype, type Elements, type Shape, sameShape, showShape, sizeOf } from '../shape.ts'
import { asTensor, Tensor, type TensorLike } from '../tensor.ts'

/** How rows of different sizes become one tensor. */
export interface Padding {
  /** Sizes to fill up to, `null` for the longest of the batch (default, for every axis). */
  readonly paddedShape?: readonly (number | null)[]
  /** What is filled in. Default 0. */
  readonly value?: number
}

const isNumeric = (x: unknown): x is TensorLike =>
  typeof x === 'number' || x instanceof Tensor || ArrayBuffer.isView(x)

/** Nested arrays of numbers are one tensor; arrays of anything else are several. */
const isNested = (x: unknown): boolean =>
  typeof x === 'number' || (Array.isArray(x) && x.every(isNested))

/** `parts` is what the samples are: at the top an array is a tuple, as in `[x, y]`. */
export const collate = (samples: readonly unknown[], padding?: Padding, top = true): unknown => {
  const [first] = samples
  if (typeof first === 'string') return [...samples]
  if (isNumeric(first) || (!top && isNested(first))) {
    const rows = samples.map((x) => asTensor(x as TensorLike))
    return padding ? padded(rows, padding) : stack(rows)
  }
  if (typeof first !== 'object' || first === null) throw notASample(first)
  const part = (key: string): unknown =>
    collate(
      samples.map((x) => (x as Record<string, unknown> | null)?.[key]),
      padding,
      false,
    )
  if (Array.isArray(first)) return first.map((_, i) => part(String(i)))
  return Object.fromEntries(
    Object.entries(first).flatMap(([key, x]) => (x === undefined ? [] : [[key, part(key)]])),
  )
}

const notASample = (x: unknown): GradloomError =>
  new GradloomError('argument', `batch: a part of a sample is ${x}, not numbers or a string`)

const empty = (like: Tensor, shape: Shape): Elements =>
  new (like.elements.constructor as new (n: number) => Elements)(sizeOf(shape))

/** n × [...] → [n, ...]; all of one shape. */
const stack = (rows: readonly Tensor[]): Tensor => {
  const [first] = rows as [Tensor]
  const shape = [rows.length, ...first.shape]
  const out = empty(first, shape)
  rows.forEach((row, i) => {
    expectLike(row, first, i, sameShape(row.shape, first.shape), 'use paddedBatch')
    out.set(row.elements as Float32Array, i * first.size)
  })
  return new Tensor(out, shape)
}

const expectLike = (row: Tensor, first: Tensor, i: number, fits: boolean, fix: string): void => {
  if (fits && row.dtype === first.dtype) return
  const show = ({ dtype, shape }: Tensor) => `${dtype} ${showShape(shape)}`
  throw new GradloomError(
    'shape',
    `batch: sample ${i} is ${show(row)}, but sample 0 is ${show(first)}; make them alike or ${fix}`,
  )
}

/** n × [...] of one rank → [n, ...], filled up at the end of each axis. */
export const padded = <D extends Dtype>(
  rows: readonly Tensor<D>[],
  { paddedShape, value = 0 }: Padding = {},
): Tensor<D> => {
  const [first] = rows as [Tensor<D>]
  const longest = first.shape.map((_, axis) => Math.max(...rows.map((r) => r.shape[axis] ?? 0)))
  const wanted = longest.map((d, axis) => paddedShape?.[axis] ?? d)
  const shape = [rows.length, ...wanted]
  const out = empty(first, shape).fill(value) as Elements<D>
  const size = sizeOf(wanted)
  rows.forEach((row, i) => {
    const fits =
      row.shape.length === wanted.length && row.shape.every((d, a) => d <= (wanted[a] as number))
    expectLike(row, first, i, fits, `give a paddedShape that holds them, not ${showShape(wanted)}`)
    copyInto(out, i * size, wanted, row.elements, row.shape)
  })
  return new Tensor<D>(out, shape)
}

/** Copies a block into the corner of a larger one at `start`, last axis at a time. */
const copyInto = (
  to: Elements,
  start: number,
  sizes: Shape,
  from: Elements,
  shape: Shape,
): void => {
  const run = shape.at(-1) ?? 1
  for (let done = 0; done < from.length; done += run) {
    let at = 0
    let rest = done / run
    let step = sizes.at(-1) ?? 1
    for (let axis = shape.length - 2; axis >= 0; axis--) {
      at += (rest % (shape[axis] as number)) * step
      rest = Math.floor(rest / (shape[axis] as number))
      step *= sizes[axis] as number
    }
    to.set(from.subarray(done, done + run) as Float32Array, start + at)
  }
}
