// Layers of several inputs and one output: sums, products, extremes, joins, dot products.

import { badArgument, flag } from '../checks.ts'
import { concatenate as joined } from '../composites/shape.ts'
import type { SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import { showShape, sizeOf } from '../shape.ts'
import type { LayerOptions, Mask } from './layer.ts'
import { PlainLayer } from './plain.ts'
import type { Joins, Merges, Shaped } from './shape-rules.ts'

type Many = readonly SymbolicTensor[]
type Merging = PlainLayer<Many>

const shapes = (xs: Many): string =>
  xs.map(({ shape }) => showShape([null, ...shape.slice(1)])).join(', ')

/** Masks are joined by "or" where all inputs have one, as in Keras. */
class Merge extends PlainLayer<Many> {
  override computeMask(_: Many, masks: readonly Mask[]): Mask {
    const given = masks.filter((mask) => mask !== undefined)
    if (given.length < masks.length) return undefined
    return given.reduce((a, b) => ops.maximum(a, b))
  }
}

/** Inputs of lower rank get axes of size 1 behind the batch. */
const sameRank = (xs: Many): Many => {
  const rank = Math.max(...xs.map(({ shape }) => shape.length))
  return xs.map((x) => {
    const [batch, ...rest] = x.shape
    const lacking = Array<number>(rank - x.shape.length).fill(1)
    return ops.reshape(x, [batch as number, ...lacking, ...rest])
  })
}

const expectTwo = (xs: Many, layer: Merging, most = Number.POSITIVE_INFINITY): void => {
  if (Array.isArray(xs) && xs.length > 1 && xs.length <= most) return
  throw layer.wrong(`expected ${most === 2 ? 'two' : 'at least two'} inputs, as an array.`)
}

const merging = (
  type: string,
  options: LayerOptions,
  merge: (a: SymbolicTensor, b: SymbolicTensor) => SymbolicTensor,
  most?: number,
  finish = (y: SymbolicTensor, _count: number) => y,
): Shaped<Merging, Merges> =>
  new Merge(type, options, {}, (xs, _, layer) => {
    expectTwo(xs, layer, most)
    return finish(
      sameRank(xs).reduce((a, b) => merge(a, b)),
      xs.length,
    )
  })

/** The sum of the inputs, element by element. */
export const add = (options: LayerOptions = {}) => merging('add', options, ops.add)
/** The first input less the second. */
export const subtract = (options: LayerOptions = {}) => merging('subtract', options, ops.sub, 2)
/** The product of the inputs, element by element. */
export const multiply = (options: LayerOptions = {}) => merging('multiply', options, ops.mul)
/** The mean of the inputs, element by element. */
export const average = (options: LayerOptions = {}) =>
  merging('average', options, ops.add, undefined, (sum, count) => ops.div(sum, count))
/** The largest of the inputs, element by element. */
export const maximum = (options: LayerOptions = {}) => merging('maximum', options, ops.maximum)
/** The smallest of the inputs, element by element. */
export const minimum = (options: LayerOptions = {}) => merging('minimum', options, ops.minimum)

export interface ConcatenateOptions extends LayerOptions {
  /** The axis along which the inputs are joined, not 0. Default −1. */
  axis?: number
}

/** Along the steps masks are joined too, ones where there is none; else a step counts in all. */
class Concatenate extends PlainLayer<Many> {
  override computeMask(xs: Many, masks: readonly Mask[]): Mask {
    const given = masks.filter((mask) => mask !== undefined)
    if (given.length === 0) return undefined
    const { axis } = this.config() as { axis: number }
    const [first] = xs as readonly [SymbolicTensor]
    if ((axis + first.shape.length) % first.shape.length !== 1) {
      return given.reduce((a, b) => ops.mul(a, b))
    }
    return joined(
      xs.map((x, i) => masks[i] ?? x.graph.fill(1, x.shape.slice(0, 2))),
      1,
    )
  }
}

/** The inputs one behind the other along an axis. */
export const concatenate = (options: ConcatenateOptions = {}): Shaped<Merging, Joins> => {
  const { axis = -1 } = options
  if (!Number.isInteger(axis) || axis === 0) {
    throw badArgument(
      options.name || 'concatenate',
      'axis',
      axis,
      'an axis other than the batch (0)',
    )
  }
  return new Concatenate('concatenate', options, { axis }, (xs, _, layer) => {
    expectTwo(xs, layer)
    const [first] = xs as readonly [SymbolicTensor]
    const at = axis < 0 ? axis + first.shape.length : axis
    const fits = ({ shape }: SymbolicTensor) =>
      shape.length === first.shape.length && shape.every((d, i) => i === at || d === first.shape[i])
    if (at > 0 && at < first.shape.length && xs.every(fits)) return joined(xs, at)
    throw layer.wrong(`cannot join ${shapes(xs)} along axis ${axis}; only that axis may differ.`)
  })
}

export interface DotOptions extends LayerOptions {
  /** The axes over which the products are summed, of both inputs or of each; not 0. */
  axes: number | readonly [number, number]
  /** Whether both are first divided by their length along these axes. Default false. */
  normalize?: boolean
}

/** x / √Σ x² along an axis. */
const unit = (x: SymbolicTensor, axis: number): SymbolicTensor =>
  ops.div(x, ops.sqrt(ops.maximum(ops.sum(ops.square(x), [axis], true), 1e-12)))

/** x: [B, ..., k, ...] → [B, rest, k] */
const last = (x: SymbolicTensor, axis: number): SymbolicTensor => {
  const rest = x.shape.map((_, i) => i).filter((i) => i > 0 && i !== axis)
  const size = sizeOf(rest.map((i) => x.shape[i] as number))
  const moved = ops.transpose(x, [0, ...rest, axis])
  return ops.reshape(moved, [x.shape[0] as number, size, x.shape[axis] as number])
}

/** Σ a·b of each sample over an axis of each: [B, rest of a, rest of b], at least [B, 1]. */
export const dot = (options: DotOptions): Merging => {
  const subject = options.name || 'dot'
  const axes = typeof options.axes === 'number' ? [options.axes, options.axes] : options.axes
  if (
    !Array.isArray(axes) ||
    axes.length !== 2 ||
    !axes.every((a) => Number.isInteger(a) && a !== 0)
  ) {
    throw badArgument(subject, 'axes', axes, 'one axis or two, not the batch (0)')
  }
  const normalize = flag(subject, 'normalize', options.normalize ?? false)
  const call = (xs: Many, _: unknown, layer: Merging): SymbolicTensor => {
    expectTwo(xs, layer, 2)
    const at = xs.map(({ shape }, i) => ((axes[i] as number) + shape.length) % shape.length)
    const sizes = xs.map(({ shape }, i) => shape[at[i] as number])
    if (sizes[0] !== sizes[1] || at.includes(0)) {
      throw layer.wrong(`axes [${axes}] of ${shapes(xs)} have not the same size.`)
    }
    const [a, b] = xs.map((x, i) => {
      const axis = at[i] as number
      return last(normalize ? unit(x, axis) : x, axis)
    }) as [SymbolicTensor, SymbolicTensor]
    const rest = xs.flatMap(({ shape }, i) => shape.filter((_, j) => j > 0 && j !== at[i]))
    const product = ops.matmul(a, b, false, true)
    return ops.reshape(product, [a.shape[0] as number, ...(rest.length > 0 ? rest : [1])])
  }
  return new PlainLayer('dot', options, { axes, normalize }, call, false)
}
