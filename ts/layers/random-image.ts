// The base of layers that vary images at random while training, each sample by draws of its own,
// and leave them as they are afterwards. The draws are those of the model's seed.

import { badArgument } from '../checks.ts'
import type { SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import { subjectOf } from './expect.ts'
import { Layer, type Pass } from './layer.ts'
import { asImages } from './pixels.ts'

/** f stands for [−f, f]. */
export type Factor = number | readonly [number, number]

/** A uniform draw a sample between the two: [B, 1, 1] */
export type Draw = (index: number, low: number, high: number) => SymbolicTensor

export abstract class RandomImage extends Layer {
  /** Draws that one sample needs. */
  protected abstract readonly draws: number

  /** x: f32 [B, H, W, C] → the same, varied */
  protected abstract vary(x: SymbolicTensor, draw: Draw): SymbolicTensor

  /** x: [B, H, W, C] → y: [B, H, W, C] */
  call(x: SymbolicTensor, pass: Pass): SymbolicTensor {
    const images = asImages(this, x)
    return pass.training ? this.vary(images, this.#drawn(images, pass)) : images
  }

  #drawn(images: SymbolicTensor, pass: Pass): Draw {
    const [batch] = images.shape as [number]
    const all = ops.randomUniform(pass.rng, pass.stream(this), [batch, this.draws])
    return (index, low, high) => {
      const only = new Float32Array(this.draws)
      only[index] = high - low
      const chosen = ops.sum(ops.mul(all, images.graph.constant(only)), [-1])
      return ops.add(ops.reshape(chosen, [batch, 1, 1]), low)
    }
  }
}

/** An array as it is; of anything else, nothing. */
const pair = (x: readonly [number, number]): readonly [number, number, ...number[]] =>
  Array.isArray(x) ? (x as never) : ([] as never)

/** [low, high] of a factor, both within `bounds`. */
export const rangeOf = (
  layer: Layer,
  option: string,
  factor: Factor,
  [least, most]: readonly [number, number],
): readonly [number, number] => {
  const one = typeof factor === 'number'
  const [low, high, ...more] = one ? [-Math.abs(factor), Math.abs(factor)] : pair(factor)
  const fits = (x: unknown): boolean => typeof x === 'number' && x >= least && x <= most
  if (fits(one ? factor : low) && fits(high) && low <= high && !more.length) return [low, high]
  const wanted = `a number or [low, high] from ${least} to ${most}`
  throw badArgument(subjectOf(layer), option, factor, wanted)
}

/** Lowest and highest value of a pixel. */
export const checkedValueRange = (
  layer: Layer,
  range: readonly [number, number] = [0, 255],
): readonly [number, number] => {
  const [low, high, ...more] = pair(range)
  if ([low, high].every(Number.isFinite) && low < high && !more.length) return range
  throw badArgument(subjectOf(layer), 'valueRange', range, '[lowest, highest] value of a pixel')
}

/** JSON of a factor. */
export const factorJson = (factor: Factor): number | readonly number[] =>
  typeof factor === 'number' ? factor : [...factor]
