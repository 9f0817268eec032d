// Seeded shuffling. The order comes from the core, so a seed gives the same order in every engine.

import { GradloomError } from '../errors.ts'
import { core } from '../runtime/core.ts'
import { asTensor, type Tensor, type TensorLike } from '../tensor.ts'
import { checkLengths } from './checks.ts'
import { takeRows } from './rows.ts'

/** Low and high word of a seed, as the core takes it. */
export const seedWords = (seed: number): readonly [number, number] => {
  if (Number.isSafeInteger(seed) && seed >= 0) return [seed >>> 0, Math.floor(seed / 2 ** 32)]
  throw new GradloomError('argument', `seed: ${seed} is not a whole number from 0 to 2^53 - 1`)
}

/** `0..n` in a random order that depends on `seed` and `epoch` only. */
export const permutation = (n: number, seed: number, epoch = 0): Int32Array => {
  const [low, high] = seedWords(seed)
  return core().permutation(n, low, high, epoch)
}

/** Arrays that belong together, such as `{ x, y }`. */
export type Arrays = Readonly<Record<string, TensorLike>>

/** The same arrays as tensors. */
export type Tensors<T extends Arrays> = { [K in keyof T]: T[K] extends Tensor ? T[K] : Tensor }

/**
 * Copies with the rows in a random order, the same order for all: `shuffle({ x, y }, { seed: 1 })`.
 * Each array: [N, ...]. The default seed is 0. Needs `await init()`.
 */
export const shuffle = <T extends Arrays>(
  arrays: T,
  options: { seed?: number } = {},
): Tensors<T> => {
  const tensors = toTensors(arrays)
  const samples = Object.values(tensors)[0]?.shape[0] ?? 0
  const order = permutation(samples, options.seed ?? 0)
  return mapTensors(tensors, (x) => takeRows(x, order)) as Tensors<T>
}

/** All as tensors, equally long. */
export const toTensors = (arrays: Arrays): Record<string, Tensor> => {
  const tensors = mapTensors(arrays, asTensor)
  for (const [name, x] of Object.entries(tensors)) {
    if (x.shape.length > 0) continue
    throw new GradloomError('shape', `${name}: a single number has no samples; pass an array`)
  }
  checkLengths(tensors)
  return tensors
}

const mapTensors = <T>(
  arrays: Readonly<Record<string, T>>,
  call: (value: T) => Tensor,
): Record<string, Tensor> =>
  Object.fromEntries(Object.entries(arrays).map(([name, value]) => [name, call(value)]))
