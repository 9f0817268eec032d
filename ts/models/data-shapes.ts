// Whether data and labels have the rank that a model expects, as far as the compiler sees it in
// nested arrays and in tensors of a written shape. Types only.

import type { Given, RankOf } from '../data/ranks.ts'
import type { Listed } from '../layers/shape-rules.ts'
import type { Shape } from '../shape.ts'
import type { Tensor } from '../tensor.ts'
import type { NamesOf, SampleOf } from './chain-shapes.ts'
import type { Model } from './model.ts'

type Labels = 'labels are of its rank, or one less for class numbers'

/** Nothing is this: what it says is wrong. */
export interface Wrong<Sentence> {
  readonly wrong: Sentence
}

/** `Sentence` where no rank that `T` may have is among `Ranks`. */
type Unless<T, Ranks, Sentence> = [RankOf<T>] extends [never]
  ? unknown
  : number extends RankOf<T> | Ranks
    ? unknown
    : [Extract<RankOf<T>, Ranks>] extends [never]
      ? Wrong<Sentence>
      : unknown

/** An object of names: no tensor, no array. */
type ByName = { readonly [name: string]: unknown } & { readonly length?: never }

type At<P, K> = K extends keyof P ? P[K] : unknown

type Odd<K, P> = string extends K ? unknown : Wrong<{ unknownName: K; names: NamesOf<P> }>

type Batch<S extends Shape> = S extends readonly [] ? '[batch]' : `[batch, ${Listed<S>}]`

/**
 * `unknown`, or what is wrong with data `T` for the model `M`. Methods are told their model as `M`,
 * so that they are the same for all models, and can be called on one of several.
 */
export type FitsInput<T, M> = M extends Model<infer _, infer X> ? Taken<T, X> : unknown

type Taken<T, X> = X extends Tensor
  ? Unless<
      T,
      [0, ...SampleOf<X>]['length'],
      `x has rank ${RankOf<T>}, but the model takes ${Batch<SampleOf<X>>}`
    >
  : T extends ByName
    ? { readonly [K in keyof T]: K extends NamesOf<X> ? Taken<T[K], At<X, K>> : Odd<K, X> }
    : unknown

/**
 * `unknown`, or what is wrong with labels `T` for the model `M`. Losses of class numbers take one
 * axis less than the output has.
 */
export type FitsOutput<T, M> = M extends Model<infer P, infer _> ? Compared<T, P> : unknown

type Compared<T, P> = P extends Tensor
  ? Unless<
      T,
      SampleOf<P>['length'] | [0, ...SampleOf<P>]['length'],
      `y has rank ${RankOf<T>}, but the model gives ${Batch<SampleOf<P>>}: ${Labels}`
    >
  : T extends ByName
    ? { readonly [K in keyof T]: K extends NamesOf<P> ? Compared<T[K], At<P, K>> : Odd<K, P> }
    : unknown

/** The values of a stream: what a generator yields, or what a chained dataset reads. */
type Yielded<D> = D extends { read(epoch?: number): AsyncGenerator<infer T, void, undefined> }
  ? T
  : D extends (...given: never) => AsyncIterable<infer T> | Iterable<infer T>
    ? T
    : D extends AsyncIterable<infer T>
      ? T
      : unknown

type Unlike<T, Wanted> = T extends Wanted ? unknown : Wanted

type Parts<X, Y, M> = Unlike<X, FitsInput<X, M>> & Unlike<Y, FitsOutput<Y, M>>

/** `unknown`, or what is wrong with the batches of a dataset for the model `M`. */
export type FitsData<D, M> = D extends { kind: 'arrays' }
  ? D extends Given<infer X, infer Y>
    ? Parts<X, Y, M>
    : unknown
  : Yielded<D> extends infer T
    ? [T] extends [never]
      ? unknown
      : T extends readonly [infer X, infer Y, ...unknown[]]
        ? Parts<X, Y, M>
        : T extends { readonly x: infer X; readonly y: infer Y }
          ? Parts<X, Y, M>
          : unknown
    : unknown

/** `unknown`, or what is wrong with the samples `V` that validate the model `M`. */
export type FitsValidation<V, M> = V extends readonly [infer X, infer Y, ...unknown[]]
  ? Parts<X, Y, M>
  : V extends { readonly kind: unknown }
    ? FitsData<V, M>
    : V extends { readonly x: infer X; readonly y: infer Y }
      ? Parts<X, Y, M>
      : unknown

/** Options of `fit` with data to validate with. */
export type Validated<O extends { validationData?: unknown }, V, M> = O & {
  validationData?: V & FitsValidation<V, M>
}
