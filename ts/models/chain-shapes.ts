// What the compiler knows of a row of layers: the shape of its output, or which layer cannot stand
// where it stands. Types only.

import type { After, Rule, rule, sample } from '../layers/shape-rules.ts'
import type { Dtype, Shape } from '../shape.ts'
import type { Tensor } from '../tensor.ts'

/** Numbers for `[N, ...sample]`. */
export type BatchOf<S> = Tensor<Dtype, S extends Shape ? readonly [number, ...S] : Shape>

/** The shape of a sample, of what `predict` gives or a model takes. */
export type SampleOf<T> =
  T extends Tensor<Dtype, readonly [number, ...infer S extends Shape]> ? Readonly<S> : Shape

/** Names of outputs or inputs that were given by name; any, where only the program knows them. */
export type NamesOf<P> = P extends Tensor | readonly unknown[]
  ? string
  : [keyof P & string] extends [never]
    ? string
    : keyof P & string

/** What is wrong with a layer, and the layers behind it. */
interface Mistake<Sentence extends string, Rest extends readonly unknown[]> {
  readonly sentence: Sentence
  readonly rest: Rest
}

type Known<O> = O extends string ? O : O extends Shape ? O : Shape

type Next<L, S> = L extends { readonly [rule]?: infer R extends Rule } ? Known<After<R, S>> : Shape

/** The last shape; a tail call for each layer. */
type Folded<L extends readonly unknown[], S> = L extends readonly [infer First, ...infer Rest]
  ? Next<First, S> extends infer Out
    ? Out extends string
      ? Mistake<Out, Rest>
      : Folded<Rest, Out>
    : never
  : L extends readonly []
    ? S
    : Shape

/** What the first layer says of the samples. */
export type Begins<L extends readonly unknown[]> = L extends readonly [infer First, ...unknown[]]
  ? First extends { readonly [sample]?: infer S extends Shape }
    ? S
    : Shape
  : Shape

/** `unknown`, or a sentence in the place of the layer that does not fit. */
export type Checked<L extends readonly unknown[]> =
  Folded<L, Begins<L>> extends Mistake<infer Sentence, infer Rest>
    ? L extends readonly [...infer Before, unknown, ...Rest]
      ? readonly [...Before, Sentence, ...unknown[]]
      : unknown
    : unknown

/** Shape of a sample of the output. */
export type Ends<L extends readonly unknown[]> =
  Folded<L, Begins<L>> extends infer S extends Shape ? S : Shape
