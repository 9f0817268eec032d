// Layers that make images, series and volumes larger or smaller without weights: padding with
// zeros, cropping, repeating elements.

import { badArgument, list } from '../checks.ts'
import { take } from '../composites/indexing.ts'
import { pad, repeat, slice } from '../composites/shape.ts'
import type { SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import type { Config } from './layer.ts'
import type { MakesPlainWindows } from './shape-rules.ts'
import { type PerAxis, SpatialLayer, type SpatialOptions } from './spatial.ts'

/**
 * Elements at the edges: one number for all of them, one for each spatial axis, or a pair
 * [before, after] for each; for one spatial axis also the pair itself.
 */
export type Edges = number | readonly number[] | readonly (readonly [number, number])[]

export interface ZeroPaddingOptions extends SpatialOptions {
  /** Zeros to add. Default 1. */
  padding?: Edges
}

export interface CroppingOptions extends SpatialOptions {
  /** Elements to take away. Default 1. */
  cropping?: Edges
}

type Pairs = readonly (readonly [number, number])[]

const pairsOf = (subject: string, option: string, rank: number, edges: Edges): Pairs => {
  const given =
    typeof edges === 'number'
      ? Array<number>(rank).fill(edges)
      : list(subject, option, edges as readonly number[])
  const flat = rank === 1 && given.length === 2 && typeof given[0] === 'number' ? [given] : given
  const pairs = flat.map((e) => (typeof e === 'number' ? [e, e] : e) as readonly [number, number])
  const whole = (pair: readonly number[]) =>
    pair.length === 2 && pair.every((n) => Number.isInteger(n) && n >= 0)
  if (pairs.length === rank && pairs.every(whole)) return pairs
  const wanted = `a whole number ≥ 0, ${rank} of them, or ${rank} pairs`
  throw badArgument(subject, option, JSON.stringify(edges), wanted)
}

/** The sizes at the edges of every axis of [B, ...spatial, C]. */
const around = (pairs: Pairs): Pairs => [[0, 0], ...pairs, [0, 0]]

export class ZeroPadding extends SpatialLayer {
  readonly #pairs: Pairs

  constructor(rank: number, options: ZeroPaddingOptions) {
    super(`zeroPadding${rank}d`, rank, options)
    this.#pairs = pairsOf(options.name || this.type, 'padding', rank, options.padding ?? 1)
  }

  /** x: [B, ...spatial, C] → [B, ...larger, C] */
  protected run(x: SymbolicTensor): SymbolicTensor {
    return pad(x, around(this.#pairs))
  }

  override config() {
    return { padding: this.#pairs.map((pair) => [...pair]), ...super.config() }
  }
}

export class Cropping extends SpatialLayer {
  readonly #pairs: Pairs

  constructor(rank: number, options: CroppingOptions) {
    super(`cropping${rank}d`, rank, options)
    this.#pairs = pairsOf(options.name || this.type, 'cropping', rank, options.cropping ?? 1)
  }

  /** x: [B, ...spatial, C] → [B, ...smaller, C] */
  protected run(x: SymbolicTensor): SymbolicTensor {
    const edges = around(this.#pairs)
    const sizes = x.shape.map((d, i) => d - (edges[i] as [number, number]).reduce((a, b) => a + b))
    this.expectFit(
      this.#pairs.map(([before, after]) => before + after + 1),
      x.shape,
      'valid',
    )
    return slice(
      x,
      edges.map(([before]) => before),
      sizes,
    )
  }

  override config() {
    return { cropping: this.#pairs.map((pair) => [...pair]), ...super.config() }
  }
}

export interface UpSamplingOptions extends SpatialOptions {
  /** How often each element is repeated: one number, or one for each spatial axis. Default 2. */
  size?: PerAxis
}

export interface UpSampling2dOptions extends UpSamplingOptions {
  /** `'bilinear'` interpolates between the elements. Default `'nearest'`. */
  interpolation?: 'nearest' | 'bilinear'
}

/** n·size elements between those of an axis, the centres of pixels aligned. */
const interpolated = (x: SymbolicTensor, size: number, axis: number): SymbolicTensor => {
  const n = x.shape[axis] as number
  const at = Array.from({ length: n * size }, (_, i) =>
    Math.min(n - 1, Math.max(0, (i + 0.5) / size - 0.5)),
  )
  const places = (round: (x: number) => number) =>
    take(x, x.graph.constant(Int32Array.from(at, round)), axis)
  const shape = x.shape.map((_, i) => (i === axis ? at.length : 1))
  const part = x.graph.constant(
    Float32Array.from(at, (a) => a - Math.floor(a)),
    shape,
  )
  const low = places(Math.floor)
  return ops.mulAdd(ops.sub(places(Math.ceil), low), part, low)
}

export class UpSampling extends SpatialLayer {
  readonly size: readonly number[]
  readonly interpolation: 'nearest' | 'bilinear'

  constructor(rank: number, options: UpSampling2dOptions) {
    super(`upSampling${rank}d`, rank, options)
    this.size = this.perAxis('size', options.size ?? 2)
    this.interpolation = options.interpolation ?? 'nearest'
    if (this.interpolation === 'nearest') return
    if (this.interpolation === 'bilinear' && rank === 2) return
    const wanted = rank === 2 ? "'nearest' or 'bilinear'" : "'nearest'"
    throw badArgument(options.name || this.type, 'interpolation', this.interpolation, wanted)
  }

  /** x: [B, ...spatial, C] → [B, ...larger, C] */
  protected run(x: SymbolicTensor): SymbolicTensor {
    const larger = this.interpolation === 'nearest' ? repeat : interpolated
    return this.size.reduce((y, size, i) => (size === 1 ? y : larger(y, size, i + 1)), x)
  }

  override config(): Config {
    const { interpolation } = this
    const how: Config = interpolation === 'nearest' ? {} : { interpolation }
    return { size: [...this.size], ...how, ...super.config() }
  }
}

/** Zeros before and after the steps of [B, T, C]. */
export const zeroPadding1d: MakesPlainWindows<
  ZeroPadding,
  ZeroPaddingOptions,
  'zeroPadding1d',
  1
> = (options = {}) => new ZeroPadding(1, options)
/** Zeros around images [B, H, W, C]. */
export const zeroPadding2d: MakesPlainWindows<
  ZeroPadding,
  ZeroPaddingOptions,
  'zeroPadding2d',
  2
> = (options = {}) => new ZeroPadding(2, options)
/** Zeros around volumes [B, D, H, W, C]. */
export const zeroPadding3d: MakesPlainWindows<
  ZeroPadding,
  ZeroPaddingOptions,
  'zeroPadding3d',
  3
> = (options = {}) => new ZeroPadding(3, options)
/** [B, T, C] without its first and last steps. */
export const cropping1d: MakesPlainWindows<Cropping, CroppingOptions, 'cropping1d', 1> = (
  options = {},
) => new Cropping(1, options)
/** Images [B, H, W, C] without their edges. */
export const cropping2d: MakesPlainWindows<Cropping, CroppingOptions, 'cropping2d', 2> = (
  options = {},
) => new Cropping(2, options)
/** Volumes [B, D, H, W, C] without their edges. */
export const cropping3d: MakesPlainWindows<Cropping, CroppingOptions, 'cropping3d', 3> = (
  options = {},
) => new Cropping(3, options)
/** Each step of [B, T, C] `size` times. */
export const upSampling1d: MakesPlainWindows<UpSampling, UpSamplingOptions, 'upSampling1d', 1> = (
  options = {},
) => new UpSampling(1, options)
/** Images [B, H, W, C] `size` times as large. */
export const upSampling2d: MakesPlainWindows<UpSampling, UpSampling2dOptions, 'upSampling2d', 2> = (
  options = {},
) => new UpSampling(2, options)
/** Volumes [B, D, H, W, C] `size` times as large. */
export const upSampling3d: MakesPlainWindows<UpSampling, UpSamplingOptions, 'upSampling3d', 3> = (
  options = {},
) => new UpSampling(3, options)
