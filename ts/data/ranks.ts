// How many axes numbers have, as far as the compiler sees it in nested arrays and in tensors of a
// written shape; what samples and batches of them have then. Types only.

import type { Dtype, Shape } from '../shape.ts'
import type { NumericArray, Tensor } from '../tensor.ts'

/** Nesting beyond this is not followed. */
type Deepest = 6

/** Rank of numbers; `number` where it is not known, as of several tensors. */
export type RankOf<T, Depth extends readonly 0[] = []> = Depth['length'] extends Deepest
  ? number
  : T extends number
    ? Depth['length']
    : T extends NumericArray
      ? [...Depth, 0]['length']
      : T extends Tensor<Dtype, infer S extends Shape>
        ? Depth extends []
          ? S['length']
          : number
        : T extends readonly (infer One)[]
          ? RankOf<One, [...Depth, 0]>
          : number

/** Sizes by rank. */
interface Ranked {
  0: readonly []
  1: readonly [number]
  2: readonly [number, number]
  3: readonly [number, number, number]
  4: readonly [number, number, number, number]
  5: readonly [number, number, number, number, number]
}

type OfRank<N> = [N] extends [keyof Ranked] ? Tensor<Dtype, Ranked[N]> : Tensor

interface Less {
  1: 0
  2: 1
  3: 2
  4: 3
  5: 4
}

/** One sample of [N, ...]. */
export type SampleTensor<T> = OfRank<RankOf<T> extends keyof Less ? Less[RankOf<T>] : number>

/** Numbers stacked along a new first axis. */
export type BatchTensor<T> = T extends number
  ? OfRank<1>
  : OfRank<[RankOf<T>] extends [infer N extends 0 | 1 | 2 | 3 | 4] ? [1, 2, 3, 4, 5][N] : number>

export declare const given: unique symbol

/** What a dataset of arrays was made of. */
export interface Given<X, Y> {
  readonly [given]?: { readonly x: X; readonly y: Y }
}
