// Seeds of models: one that is given, or one made of `init`'s seed and the number of the model.

import { whole } from '../checks.ts'
import { initialSeed } from '../init.ts'
import { currentPool } from '../runtime/pool.ts'

/** Low and high word. */
export type Seed = readonly [number, number]

/** A whole number below 2^53 as two words. */
export const seedWords = (seed: number): Seed => [seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0]

export const givenSeed = (seed: number): Seed => seedWords(whole('compile', 'seed', seed))

/** Models made since `init`. */
const made = new WeakMap<object, number>()
/** 2³² / φ: multiples differ in all bits. */
const GOLDEN = 0x9e3779b9

/** The seed of a model that is given none: the first has that of `init`, the others their own. */
export const nextSeed = (): Seed => {
  const [low, high] = seedWords(initialSeed())
  const index = made.get(currentPool()) ?? 0
  made.set(currentPool(), index + 1)
  return [low, (high ^ Math.imul(index, GOLDEN)) >>> 0]
}

/** The `rng` input of a step: i32 [4]. */
export const rngWords = (seed: Seed, step: number, row: number): readonly number[] => [
  seed[0] | 0,
  seed[1] | 0,
  step | 0,
  row,
]
