// Ops that move elements: slices, joins, repetitions, axes. Names and defaults are those of
// `keras.ops`; f32 and i32 alike.

import * as ops from '../ops.ts'
import { type Shape, showShape, sizeOf } from '../shape.ts'
import {
  type Axes,
  alike,
  around,
  axesOf,
  axisOf,
  shapeError,
  type Tensor,
  withAxis,
} from './axes.ts'

const ones = (shape: Shape): number[] => shape.map(() => 1)

/** One size may be −1: what is left. */
export const reshape = (x: Tensor, shape: Shape): Tensor => {
  if (!shape.includes(-1)) return ops.reshape(x, shape)
  const left = sizeOf(x.shape) / -sizeOf(shape)
  const sizes = shape.map((d) => (d === -1 ? left : d))
  if (Number.isInteger(left)) return ops.reshape(x, sizes)
  throw shapeError('reshape', `${showShape(x.shape)} does not fill ${showShape(shape)}`)
}

/** All elements: [n] */
export const ravel = (x: Tensor): Tensor => ops.reshape(x, [sizeOf(x.shape)])

/** Axis i of the result is axis order[i] of x; the axes the other way round by default. */
export const transpose = (x: Tensor, order?: readonly number[]): Tensor =>
  ops.transpose(
    x,
    order?.map((axis) => axisOf('transpose', x.shape, axis)) ?? x.shape.map((_, i) => i).reverse(),
  )

/** The axes `from` become the axes `to`; the others keep their order. */
export const moveaxis = (x: Tensor, from: Axes, to: Axes): Tensor => {
  const [source, target] = [from, to].map((axes) =>
    [axes].flat().map((axis) => axisOf('moveaxis', x.shape, axis)),
  ) as [number[], number[]]
  const order = x.shape.map((_, i) => i).filter((i) => !source.includes(i))
  const pairs = target.map((to, i) => [to, source[i] as number] as const)
  for (const [to, from] of pairs.sort((a, b) => a[0] - b[0])) order.splice(to, 0, from)
  return ops.transpose(x, order)
}

export const swapaxes = (x: Tensor, a: number, b: number): Tensor => {
  const [i, j] = [axisOf('swapaxes', x.shape, a), axisOf('swapaxes', x.shape, b)]
  return ops.transpose(
    x,
    x.shape.map((_, k) => (k === i ? j : k === j ? i : k)),
  )
}

/** Axes of size 1 at the places `axes` of the result. */
export const expandDims = (x: Tensor, axes: Axes): Tensor => {
  const added = [axes].flat()
  const rank = x.shape.length + added.length
  const at = added.map((axis) => axisOf('expandDims', x.shape, axis, rank))
  const rest = [...x.shape]
  return ops.reshape(
    x,
    Array.from({ length: rank }, (_, i) => (at.includes(i) ? 1 : (rest.shift() as number))),
  )
}

/** Without the `axes`, which have size 1; without all such axes by default. */
export const squeeze = (x: Tensor, axes?: Axes): Tensor => {
  const gone = axes === undefined ? undefined : axesOf('squeeze', x.shape, axes)
  const long = gone?.find((axis) => x.shape[axis] !== 1)
  if (long !== undefined) {
    throw shapeError('squeeze', `axis ${long} of shape ${showShape(x.shape)} has not size 1`)
  }
  return ops.reshape(
    x,
    x.shape.filter((d, i) => (gone ? !gone.includes(i) : d !== 1)),
  )
}

/**
 * The elements start + i·step along each axis, `size` of them: −1 for all that are left. A negative
 * start counts from the end; steps are 1 by default and may be negative. Axes that are not named
 * stay whole.
 */
export const slice = (
  x: Tensor,
  start: readonly number[],
  size: readonly number[],
  steps: readonly number[] = [],
): Tensor => {
  const by = x.shape.map((_, i) => steps[i] ?? 1)
  const from = x.shape.map((d, i) => {
    const at = start[i] ?? 0
    return at < 0 ? at + d : at
  })
  const left = (d: number, i: number) => {
    const [at, step] = [from[i] as number, by[i] as number]
    return Math.max(0, step > 0 ? Math.ceil((d - at) / step) : Math.ceil((at + 1) / -step))
  }
  const sizes = x.shape.map((d, i) => ((size[i] ?? -1) === -1 ? left(d, i) : (size[i] as number)))
  return ops.slice(x, from, sizes, by)
}

/** Elements start..end of one axis. */
export const sliceAxis = (x: Tensor, axis: number, start: number, end: number): Tensor => {
  const zeros = x.shape.map(() => 0)
  const sizes = withAxis(x.shape, axis, end - start)
  return ops.slice(x, withAxis(zeros, axis, start), sizes, ones(x.shape))
}

/** The elements in reverse order along `axes`, all by default. */
export const flip = (x: Tensor, axes?: Axes): Tensor => {
  const at = axesOf('flip', x.shape, axes)
  const turned = (i: number) => at.includes(i) && x.shape[i] !== 0
  return ops.slice(
    x,
    x.shape.map((d, i) => (turned(i) ? d - 1 : 0)),
    x.shape,
    x.shape.map((_, i) => (turned(i) ? -1 : 1)),
  )
}

/** The most inputs that the core joins at once. */
const MOST = 32

/** The tensors one after the other along `axis`; i32 among f32 is converted. */
export const concatenate = (xs: readonly Tensor[], axis = -1): Tensor => {
  if (xs.length <= MOST) return ops.concat(alike(xs), axis)
  const groups = Array.from({ length: Math.ceil(xs.length / MOST) }, (_, i) =>
    concatenate(xs.slice(i * MOST, (i + 1) * MOST), axis),
  )
  return concatenate(groups, axis)
}

/** The tensors, all of one shape, along a new axis. */
export const stack = (xs: readonly Tensor[], axis = 0): Tensor => {
  const odd = xs.find((x) => `${x.shape}` !== `${xs[0]?.shape}`)
  if (odd) {
    throw shapeError(
      'stack',
      `shapes ${showShape(odd.shape)} and ${showShape((xs[0] as Tensor).shape)} differ`,
    )
  }
  return concatenate(
    xs.map((x) => expandDims(x, axis)),
    axis,
  )
}

/** One tensor for each place along `axis`, without the axis. */
export const unstack = (x: Tensor, axis = 0): Tensor[] => {
  const at = axisOf('unstack', x.shape, axis)
  const shape = withAxis(x.shape, at)
  return Array.from({ length: x.shape[at] as number }, (_, i) =>
    ops.reshape(sliceAxis(x, at, i, i + 1), shape),
  )
}

/** `sections` equal parts along `axis`, or the parts between the given places. */
export const split = (x: Tensor, sections: Axes, axis = 0): Tensor[] => {
  const at = axisOf('split', x.shape, axis)
  const size = x.shape[at] as number
  let cuts: readonly number[] = sections as readonly number[]
  if (typeof sections === 'number') {
    if (!(sections > 0 && size % sections === 0)) {
      throw shapeError(
        'split',
        `axis ${axis} of shape ${showShape(x.shape)} is not ${sections} equal parts`,
      )
    }
    cuts = Array.from({ length: sections - 1 }, (_, i) => ((i + 1) * size) / sections)
  }
  const ends = [0, ...cuts, size]
  return ends.slice(1).map((end, i) => sliceAxis(x, at, ends[i] as number, end))
}

/** x as a whole, `reps` times along each axis (aligned at the right, as in NumPy). */
export const tile = (x: Tensor, reps: Axes): Tensor => {
  const times = [reps].flat()
  const lead = Math.max(0, times.length - x.shape.length)
  let y = ops.reshape(x, [...ones(times.slice(0, lead)), ...x.shape])
  const skip = y.shape.length - times.length
  times.forEach((n, i) => {
    if (n === 1) return
    const [before, size, after] = around(y.shape, skip + i)
    const wide = ops.broadcastTo(ops.reshape(y, [before, 1, size * after]), [
      before,
      n,
      size * after,
    ])
    y = ops.reshape(wide, withAxis(y.shape, skip + i, n * size))
  })
  return y
}

/** Each element `n` times along `axis`; of all elements as one list by default. */
export const repeat = (x: Tensor, n: number, axis?: number): Tensor => {
  if (axis === undefined) return repeat(ravel(x), n, 0)
  const at = axisOf('repeat', x.shape, axis)
  const [before, size, after] = around(x.shape, at)
  const wide = ops.broadcastTo(ops.reshape(x, [before * size, 1, after]), [before * size, n, after])
  return ops.reshape(wide, withAxis(x.shape, at, n * size))
}

/** The elements moved on by `shift` along `axis`, those at the end to the front. */
export const roll = (x: Tensor, shift: number, axis?: number): Tensor => {
  if (axis === undefined) return ops.reshape(roll(ravel(x), shift, 0), x.shape)
  const at = axisOf('roll', x.shape, axis)
  const size = x.shape[at] as number
  const cut = size && ((-shift % size) + size) % size
  if (cut === 0) return x
  return ops.concat([sliceAxis(x, at, cut, size), sliceAxis(x, at, 0, cut)], at)
}

/** x: [H, W, ...] turned by 90°, `k` times, from the first axis towards the second. */
export const rot90 = (x: Tensor, k = 1): Tensor => {
  const turns = ((k % 4) + 4) % 4
  const turned = turns & 1 ? swapaxes(x, 0, 1) : x
  return [turned, flip(turned, 0), flip(turned, [0, 1]), flip(turned, 1)][turns] as Tensor
}

/** x with `shape`, repeated along axes as NumPy does. */
export const broadcastTo = (x: Tensor, shape: Shape): Tensor => ops.broadcastTo(x, shape)

/** The shape of NumPy's rule: aligned at the right, equal sizes or one of them 1. */
export const broadcastShape = (op: string, ...shapes: readonly Shape[]): number[] => {
  const rank = Math.max(...shapes.map((s) => s.length))
  return Array.from({ length: rank }, (_, i) => {
    const sizes = shapes.map((s) => s[i - rank + s.length] ?? 1).filter((d) => d !== 1)
    if (sizes.every((d) => d === sizes[0])) return sizes[0] ?? 1
    throw shapeError(op, `shapes ${shapes.map(showShape).join(' and ')} do not broadcast`)
  })
}

/** Vectors as coordinates of a grid; 'xy' swaps the first two axes, as in NumPy. */
export const meshgrid = (xs: readonly Tensor[], indexing: 'xy' | 'ij' = 'xy'): Tensor[] => {
  const swap = (i: number) => (indexing === 'xy' && i < 2 && xs.length > 1 ? 1 - i : i)
  const shape = xs.map((_, i) => sizeOf((xs[swap(i)] as Tensor).shape))
  return xs.map((x, i) =>
    ops.broadcastTo(ops.reshape(x, withAxis(ones(shape), swap(i), sizeOf(x.shape))), shape),
  )
}

/** Elements to add before and after each axis: one number for all, a pair, or a pair for each. */
export type PadWidths = number | readonly [number, number] | readonly (readonly [number, number])[]

/** Where the elements of an axis of `n` come from when it is padded. */
const mirrored = (
  mode: 'reflect' | 'symmetric' | 'edge' | 'wrap',
  n: number,
  i: number,
): number => {
  if (mode === 'wrap') return ((i % n) + n) % n
  if (mode === 'edge' || n === 1) return Math.min(n - 1, Math.max(0, i))
  const edge = mode === 'symmetric' ? 1 : 0
  const period = 2 * (n - 1 + edge)
  const at = ((i % period) + period) % period
  return at < n ? at : period - at - edge
}

/** x with elements around: `value`, or those of x as `mode` says. */
export const pad = (
  x: Tensor,
  padding: PadWidths,
  mode: 'constant' | 'reflect' | 'symmetric' | 'edge' | 'wrap' = 'constant',
  value = 0,
): Tensor => {
  const given = padding as readonly (readonly [number, number])[]
  const pairs = x.shape.map((_, i): readonly number[] => {
    if (typeof padding === 'number') return [padding, padding]
    return (typeof padding[0] === 'number' ? (padding as readonly number[]) : given[i]) ?? []
  })
  const bad = pairs.some((pair) => pair.length !== 2 || pair.some((n) => !(n >= 0)))
  if (bad || (Array.isArray(padding[0 as never]) && given.length !== pairs.length)) {
    throw shapeError(
      'pad',
      `takes two sizes ≥ 0 for each axis of ${showShape(x.shape)}, not ${JSON.stringify(padding)}`,
    )
  }
  const whole = x.shape.map((d, i) => d + (pairs[i]?.[0] ?? 0) + (pairs[i]?.[1] ?? 0))
  const starts = pairs.map(([before]) => before as number)
  if (mode === 'constant') return ops.place(x, whole, starts, ones(x.shape), value)
  return pairs.reduce((y, [before = 0, after = 0], axis) => {
    if (before + after === 0) return y
    const n = y.shape[axis] as number
    if (n === 0)
      throw shapeError('pad', `axis ${axis} of shape ${showShape(x.shape)} has nothing to repeat`)
    const from = Array.from({ length: before + n + after }, (_, i) => mirrored(mode, n, i - before))
    return takeAxis(y, from, axis)
  }, x)
}

/** The elements of an axis at these places, which it has. */
const takeAxis = (x: Tensor, places: readonly number[], axis: number): Tensor => {
  const [before, size, after] = around(x.shape, axis)
  const rows = Array.from({ length: before }, (_, i) => places.map((at) => i * size + at)).flat()
  const list = x.graph.constant(Int32Array.from(rows))
  const taken = ops.gatherRows(ops.reshape(x, [before * size, after]), list)
  return ops.reshape(taken, withAxis(x.shape, axis, places.length))
}
