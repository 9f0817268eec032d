// Class numbers to vectors with a single one. (For labels inside a model there is an op.)

import { GradloomError } from '../errors.ts'
import { asTensor, Tensor, type TensorLike } from '../tensor.ts'
import { checkLabels } from './checks.ts'

/** More elements are not in a tensor of the core. */
const MOST = 2 ** 30 - 1

/**
 * labels: [...] whole numbers → [..., classes], as Keras's `toCategorical`: a last axis of one is
 * dropped. By default there are as many classes as the highest label needs.
 */
export const oneHot = (labels: TensorLike, classes?: number): Tensor<'float32'> => {
  const given = asTensor(labels)
  const depth = classes ?? highest(given.elements) + 1
  if (!Number.isSafeInteger(depth) || depth < 1) {
    throw new GradloomError('argument', `oneHot: ${depth} classes; at least one is needed`)
  }
  if (given.size * depth > MOST) {
    const sizes = `${given.size} labels × ${depth} classes`
    throw new GradloomError(
      'argument',
      `oneHot: ${sizes} are too many numbers; use the loss 'sparseCategoricalCrossentropy'`,
    )
  }
  checkLabels(given, depth, 'oneHot')
  const shape =
    given.shape.length > 1 && given.shape.at(-1) === 1 ? given.shape.slice(0, -1) : given.shape
  const out = new Float32Array(given.size * depth)
  given.elements.forEach((label: number, i: number) => {
    out[i * depth + label] = 1
  })
  return new Tensor(out, [...shape, depth])
}

const highest = (labels: ArrayLike<number>): number => {
  let max = -1
  for (let i = 0; i < labels.length; i++) max = Math.max(max, labels[i] as number)
  return max
}
