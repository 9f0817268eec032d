// Weights of classes, made into weights of samples, as in Keras.

import { badArgument } from '../checks.ts'
import { GradloomError } from '../errors.ts'
import { showShape } from '../shape.ts'
import { Tensor } from '../tensor.ts'

/** Weight by class number; classes that are not named have weight 1. */
export type ClassWeight = Readonly<Record<number, number>>

/** Place of the first maximum of a row. */
const argmax = (row: ArrayLike<number>): number => {
  let best = 0
  for (let i = 1; i < row.length; i++) {
    if ((row[i] as number) > (row[best] as number)) best = i
  }
  return best
}

/**
 * The class of each sample: its label, or the largest place of its row. y: [N], [N, 1] or [N, C]
 */
const classesOf = (y: Tensor): ((sample: number) => number) => {
  const width = y.shape[1] ?? 1
  if (y.shape.length > 2) {
    throw new GradloomError(
      'argument',
      `classWeight: labels of shape ${showShape(y.shape)} have no single class a sample; use ` +
        'sampleWeight instead',
      { subject: 'classWeight' },
    )
  }
  return width === 1
    ? (sample) => Math.round(y.elements[sample] as number)
    : (sample) => argmax(y.elements.subarray(sample * width, (sample + 1) * width))
}

const checked = (classWeight: ClassWeight): Map<number, number> => {
  const entries = Object.entries(classWeight).map(
    ([name, weight]) => [Number(name), weight] as const,
  )
  const odd = entries.find(([name, weight]) => !Number.isInteger(name) || !Number.isFinite(weight))
  if (!odd) return new Map(entries)
  throw new GradloomError(
    'argument',
    `classWeight: class ${odd[0]} has the weight ${odd[1]}; give finite numbers by class ` +
      'number, such ' +
      'as { 0: 1, 1: 2.5 }',
    { subject: 'classWeight' },
  )
}

/** Weight of each sample: its own, times that of its class in the first `count` samples. → [N] */
export const classWeights = (
  y: Tensor,
  classWeight: ClassWeight,
  own: Tensor<'float32'> | undefined,
  count: number,
): Tensor<'float32'> => {
  const byClass = checked(classWeight)
  if (own && own.shape.length > 1) {
    throw badArgument('classWeight', 'sampleWeight', showShape(own.shape), '[batch] beside it')
  }
  const classOf = classesOf(y)
  const samples = y.shape[0] as number
  const weights = new Float32Array(samples)
  for (let i = 0; i < samples; i++) {
    const weight = i < count ? (byClass.get(classOf(i)) ?? 1) : 1
    weights[i] = weight * (own?.elements[i] ?? 1)
  }
  return new Tensor<'float32'>(weights, [samples])
}
