// How layers change the shape of a sample, for the compiler alone: nothing here is there at run
// time. Each rule is an interface whose `out` is written in terms of its `in`; where a size or a
// rank is not known when a program is compiled, it says nothing.

import type { Shape } from '../shape.ts'
import type { DataFormat, PerAxis } from './spatial.ts'
import type { Along, Slid } from './window-sizes.ts'

/** `in`: the shape of a sample. `out`: that of the result, or a sentence on what is wrong. */
export interface Rule {
  readonly in: unknown
  readonly out: unknown
}

/** What `R` makes of samples of shape `S`: a shape, or a sentence. */
export type After<R extends Rule, S> = (R & { readonly in: S })['out']

export declare const rule: unique symbol
export declare const sample: unique symbol

/** A layer with its rule, and the `inputShape` that it was given. */
export type Shaped<L, R extends Rule, S extends Shape = Shape> = L & {
  readonly [rule]?: R
  readonly [sample]?: S
}

/** Options with the `inputShape` as it is written. */
export type Given<O, S extends Shape> = O & { inputShape?: S }

/** A factory of layers with options, and of layers that need none. */
export type Makes<L, O, R extends Rule> = <const S extends Shape = Shape>(
  options: Given<O, S>,
) => Shaped<L, R, S>
export type MakesPlain<L, O, R extends Rule> = <const S extends Shape = Shape>(
  options?: Given<O, S>,
) => Shaped<L, R, S>

/** `[28, 28, 1]`, for sentences. */
export type Show<S> = `[${Listed<S>}]`

export type Listed<S> = S extends readonly [infer A extends number, ...infer B]
  ? B extends readonly []
    ? `${One<A>}`
    : `${One<A>}, ${Listed<B>}`
  : ''
type One<A extends number> = number extends A ? 'any' : A

/** The last axis, which holds the channels. */
type Last<S> = S extends readonly [...unknown[], infer C extends number] ? C : number

/** The shape stays. */
export interface Keeps extends Rule {
  readonly out: this['in']
}

/** All axes in one. */
export interface Flattens extends Rule {
  readonly out: this['in'] extends readonly [number] ? this['in'] : readonly [number]
}

type DenseOnImage<S> =
  `dense: its input ${Show<S>} is an image; put layers.flatten() before it, or ${KeepPixels}`
type KeepPixels = 'use layers.conv2d with kernelSize 1 to keep the pixels apart'

/** A new last axis in place of the old one. */
export interface Projects<U extends number> extends Rule {
  readonly out: this['in'] extends readonly [unknown, unknown, unknown, ...unknown[]]
    ? DenseOnImage<this['in']>
    : this['in'] extends readonly [...infer Rest, unknown]
      ? readonly [...Rest, U]
      : Shape
}

/** One more axis behind the others. */
export interface Appends<D extends number> extends Rule {
  readonly out: number extends Rank<this['in']>
    ? Shape
    : this['in'] extends Shape
      ? readonly [...this['in'], D]
      : Shape
}

/** Always the same shape. −1 in it: whatever is left. */
export interface Becomes<T extends Shape> extends Rule {
  readonly out: { readonly [K in keyof T]: T[K] extends -1 ? number : T[K] }
}

type Sizes<S> = { readonly [K in keyof S]: number }

/** Axes in another order. */
export interface Permutes extends Rule {
  readonly out: Sizes<this['in']>
}

/** [features] → [n, features] */
export interface Repeats<N extends number> extends Rule {
  readonly out: readonly [N, Last<this['in']>]
}

export type Rank<S> = S extends Shape ? S['length'] : number

/** Samples with N spatial axes and C channels. */
type Points<N extends 1 | 2 | 3, C> = {
  1: readonly [number, C]
  2: readonly [number, number, C]
  3: readonly [number, number, number, C]
}[N]

type PointNames = {
  1: '[steps, features]'
  2: '[height, width, channels]'
  3: '[depth, height, width, channels]'
}

type IfPoints<Name extends string, N extends 1 | 2 | 3, S, Out> =
  number extends Rank<S>
    ? Out
    : Rank<S> extends Points<N, number>['length']
      ? Out
      : `${Name}: expects samples of shape ${PointNames[N]}, its input is ${Show<S>}`

/** A window over N axes: sizes change; there are F channels, or as many as before (`null`). */
export interface Windows<
  Name extends string,
  N extends 1 | 2 | 3,
  F extends number | null = null,
  D extends DataFormat = 'channelsLast',
> extends Rule {
  readonly out: IfPoints<
    Name,
    N,
    this['in'],
    Points<N, D extends 'channelsLast' ? (F extends number ? F : Last<this['in']>) : number>
  >
}

/** Taps of a window, their distances, and those of windows; how ends are treated. */
export interface Sliding {
  readonly taps: unknown
  readonly strides: unknown
  readonly dilation: unknown
  readonly padding: unknown
}

type SlidAlong<S, I extends number, W extends Sliding> = S extends Shape
  ? Slid<S[I], Along<W['taps'], I>, Along<W['strides'], I>, Along<W['dilation'], I>, W['padding']>
  : number

/** As `Windows`, with the sizes that windows `W` leave, where all of it is written down. */
export interface Slides<
  Name extends string,
  N extends 1 | 2 | 3,
  F extends number | null,
  D extends DataFormat,
  W extends Sliding,
> extends Rule {
  readonly out: D extends 'channelsLast'
    ? number extends Rank<this['in']>
      ? Points<N, F extends number ? F : number>
      : IfPoints<Name, N, this['in'], SlidPoints<N, this['in'], F, W>>
    : IfPoints<Name, N, this['in'], Points<N, number>>
}

type SlidPoints<N extends 1 | 2 | 3, S, F extends number | null, W extends Sliding> = {
  1: readonly [SlidAlong<S, 0, W>, Channels<S, F>]
  2: readonly [SlidAlong<S, 0, W>, SlidAlong<S, 1, W>, Channels<S, F>]
  3: readonly [SlidAlong<S, 0, W>, SlidAlong<S, 1, W>, SlidAlong<S, 2, W>, Channels<S, F>]
}[N]

type Channels<S, F extends number | null> = F extends number ? F : Last<S>

/** One number for each channel; with `keepdims` (`K`) the axes stay. */
export interface Pools<Name extends string, N extends 1 | 2 | 3, K> extends Rule {
  readonly out: IfPoints<
    Name,
    N,
    this['in'],
    K extends false ? readonly [number] : K extends true ? Points<N, number> : Shape
  >
}

/** [steps, features] → [units], or [steps, units] where all steps are returned. */
export interface Recurs<Name extends string, O> extends Rule {
  readonly out: IfPoints<Name, 1, this['in'], Steps<O, this['in']>>
}

type Steps<O, S> = O extends { returnState: boolean }
  ? Shape
  : O extends { returnSequences: infer All; units: infer U extends number }
    ? All extends true
      ? readonly [S extends readonly [infer T extends number, unknown] ? T : number, U]
      : All extends false
        ? readonly [U]
        : Shape
    : O extends { units: infer U extends number }
      ? readonly [U]
      : Shape

type IsOne<A, B = A> = A extends unknown ? ([B] extends [A] ? true : false) : never

/** A shape of the rank that all of `A` have, with a last axis of size `C`. */
type Ranked<A extends Shape, C> = [A['length']] extends [1]
  ? readonly [C]
  : [A['length']] extends [2 | 3 | 4]
    ? IsOne<A['length']> extends true
      ? Points<{ 2: 1; 3: 2; 4: 3 }[A['length'] & (2 | 3 | 4)] & (1 | 2 | 3), C>
      : Shape
    : Shape

/** Several inputs of one shape become one. `in`: their shapes. */
export interface Merges extends Rule {
  readonly out: this['in'] extends readonly (infer A extends Shape)[]
    ? IsOne<A> extends true
      ? A
      : Ranked<A, Last<A>>
    : Shape
}

/** Several inputs become one of their rank. `in`: their shapes. */
export interface Joins extends Rule {
  readonly out: this['in'] extends readonly (infer A extends Shape)[] ? Ranked<A, number> : Shape
}

/** As the query: the input, or the first of several; `O` may say otherwise. */
export interface Attends<O> extends Rule {
  readonly out: O extends { outputShape: unknown }
    ? Shape
    : this['in'] extends readonly [infer Query extends Shape, ...unknown[]]
      ? Query
      : Said<this['in']>
}

type Said<O> = O extends string | Shape ? O : Shape

/** Each step by itself, by the rule of the layer `L`. */
export interface Distributes<L> extends Rule {
  readonly out: this['in'] extends readonly [infer T extends number, ...infer Rest]
    ? L extends { readonly [rule]?: infer R extends Rule }
      ? After<R, Readonly<Rest>> extends infer O
        ? O extends Shape
          ? readonly [T, ...O]
          : Said<O>
        : Shape
      : Shape
    : Shape
}

/** From both ends, by the rule of the layer among the options `O`. */
export interface Doubles<O> extends Rule {
  readonly out: O extends { layer: { readonly [rule]?: infer R extends Rule } }
    ? Merged<O extends { mergeMode: infer M } ? M : 'concat', Said<After<R, this['in']>>>
    : Shape
}

type Merged<M, S> = S extends string
  ? S
  : M extends 'sum' | 'mul' | 'ave'
    ? S
    : M extends 'concat'
      ? S extends readonly [...infer Rest, number]
        ? readonly [...Rest, number]
        : Shape
      : Shape

/** A factory of windows over N axes, and of those that need no options. */
export type MakesWindows<L, O, Name extends string, N extends 1 | 2 | 3> = <
  const D extends DataFormat = 'channelsLast',
  const S extends Shape = Shape,
>(
  options: Given<O, S> & { dataFormat?: D },
) => Shaped<L, Windows<Name, N, null, D>, S>
export type MakesPlainWindows<L, O, Name extends string, N extends 1 | 2 | 3> = <
  const D extends DataFormat = 'channelsLast',
  const S extends Shape = Shape,
>(
  options?: Given<O, S> & { dataFormat?: D },
) => Shaped<L, Windows<Name, N, null, D>, S>

/** A factory of convolutions with `filters`. */
export type MakesFilters<L, O, Name extends string, N extends 1 | 2 | 3> = <
  const F extends number,
  const D extends DataFormat = 'channelsLast',
  const S extends Shape = Shape,
>(
  options: Given<O, S> & { filters: F; dataFormat?: D },
) => Shaped<L, Windows<Name, N, F, D>, S>

/** A factory of convolutions whose sizes are known. */
export type MakesConvolutions<L, O, Name extends string, N extends 1 | 2 | 3> = <
  const F extends number,
  const K extends PerAxis,
  const T extends PerAxis = 1,
  const R extends PerAxis = 1,
  const P extends string = 'valid',
  const D extends DataFormat = 'channelsLast',
  const S extends Shape = Shape,
>(
  options: Given<O, S> & {
    filters: F
    kernelSize: K
    strides?: T
    dilationRate?: R
    padding?: P
    dataFormat?: D
  },
) => Shaped<L, Slides<Name, N, F, D, { taps: K; strides: T; dilation: R; padding: P }>, S>

/** A factory of poolings: windows follow each other unless strides say else. */
export type MakesPoolings<L, O, Name extends string, N extends 1 | 2 | 3> = <
  const K extends PerAxis = 2,
  const T extends PerAxis | null = null,
  const P extends string = 'valid',
  const D extends DataFormat = 'channelsLast',
  const S extends Shape = Shape,
>(
  options?: Given<O, S> & { poolSize?: K; strides?: T; padding?: P; dataFormat?: D },
) => Shaped<
  L,
  Slides<Name, N, null, D, { taps: K; strides: T extends null ? K : T; dilation: 1; padding: P }>,
  S
>

/** The `inputShape` among options, as it is written. */
export type InputOf<O> = O extends { inputShape: infer S extends Shape } ? S : Shape
