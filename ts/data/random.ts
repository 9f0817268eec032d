// A small seeded generator for the order of samples on the caller's side: whole-number arithmetic
// only, so that every engine draws the same. Not for weights or dropout; those draw in the core.

import { mix32 } from '../preprocessing/hash.ts'
import { seedWords } from './shuffle.ts'

/** Whole numbers `0..n`, one a call, that depend on `seed` and `epoch` only. */
export type Draws = (n: number) => number

/** A Weyl sequence through `mix32`, as SplitMix (Steele, Lea and Flood 2014) does it. */
export const drawsOf = (seed: number, epoch = 0): Draws => {
  const [low, high] = seedWords(seed)
  let state = mix32(mix32(mix32(low) ^ high) ^ epoch)
  return (n) => {
    state = (state + 0x9e3779b9) | 0
    return Math.floor((mix32(state) / 2 ** 32) * n)
  }
}
