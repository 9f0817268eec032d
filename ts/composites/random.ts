// Random tensors. Each draw takes `rng` (of the pass: seed and step) and a `stream`, a number that
// tells it apart from the other draws of the program; the same three give the same bits.

import * as ops from '../ops.ts'
import { type Shape, showShape } from '../shape.ts'
import type { Draw } from '../variable.ts'
import { shapeError, type Tensor } from './axes.ts'
import { take } from './indexing.ts'

type Random = Omit<Draw, 'graph'>

/** In [low, high). */
export const randomUniform = ({ rng, stream }: Random, shape: Shape, low = 0, high = 1): Tensor =>
  ops.mulAdd(ops.randomUniform(rng, stream, shape), high - low, low)
export const randomNormal = ({ rng, stream }: Random, shape: Shape, mean = 0, std = 1): Tensor =>
  ops.mulAdd(ops.randomNormal(rng, stream, shape), std, mean)
/** Drawn again beyond two standard deviations. */
export const randomTruncatedNormal = (
  { rng, stream }: Random,
  shape: Shape,
  mean = 0,
  std = 1,
): Tensor => ops.mulAdd(ops.randomTruncatedNormal(rng, stream, shape), std, mean)
/** Whole numbers from low up to but without high, at most 2²⁴ of them: i32 */
export const randomInt = (
  { rng, stream }: Random,
  shape: Shape,
  low: number,
  high: number,
): Tensor => {
  if (!(Number.isInteger(low) && Number.isInteger(high) && low < high && high - low <= 2 ** 24)) {
    throw shapeError('randomInt', `whole low < high ≤ low + 2²⁴ are needed, not ${low} and ${high}`)
  }
  const unit = ops.randomUniform(rng, stream, shape)
  const from = ops.minimum(ops.floor(ops.mul(unit, high - low)), high - low - 1)
  return ops.integer('add', ops.castI32(from), low)
}
/** 1 with probability p, else 0. */
export const randomBernoulli = ({ rng, stream }: Random, shape: Shape, p = 0.5): Tensor =>
  ops.less(ops.randomUniform(rng, stream, shape), p)
/** Gumbel's distribution: −log(−log u). */
export const randomGumbel = ({ rng, stream }: Random, shape: Shape): Tensor => {
  // A uniform number is a multiple of 2⁻²⁴; half a step more is never 0 nor 1.
  const unit = ops.add(ops.mul(ops.randomUniform(rng, stream, shape), 1 - 2 ** -23), 2 ** -25)
  return ops.neg(ops.log(ops.neg(ops.log(unit))))
}
/** One class for each row of logits [..., C] by their softmax; `count` classes: i32 [..., count] */
export const randomCategorical = (draw: Random, logits: Tensor, count: number): Tensor => {
  const classes = logits.shape.at(-1)
  if (classes === undefined) {
    throw shapeError('randomCategorical', `takes logits [..., C], not ${showShape(logits.shape)}`)
  }
  const lead = logits.shape.slice(0, -1)
  const noise = randomGumbel(draw, [...lead, count, classes])
  return ops.argmax(ops.add(ops.reshape(logits, [...lead, 1, classes]), noise), -1)
}
/** 0..n in random order: i32 [n] */
export const randomPermutation = ({ rng, stream }: Random, n: number): Tensor =>
  ops.argsort(ops.randomUniform(rng, stream, [n]))
/** The parts of x along `axis` in random order. */
export const randomShuffle = (draw: Random, x: Tensor, axis = 0): Tensor =>
  take(x, randomPermutation(draw, x.shape.at(axis) ?? 0), axis)
