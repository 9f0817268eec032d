// The confusion matrix of two arrays of class numbers, on the host.

import { positiveWhole } from '../checks.ts'
import { GradloomError } from '../errors.ts'
import { asTensor, type TensorLike } from '../tensor.ts'
import { checkLabels } from './checks.ts'

export interface ConfusionMatrixCounts {
  /** Number of classes. Default: as many as the highest class number needs. */
  classes?: number
  /** Weight of each sample. Default 1. */
  weights?: ArrayLike<number>
}

/**
 * Row by row, how many samples of each class are taken for each class: `matrix[true][predicted]`.
 * yTrue, yPred: class numbers, equally many.
 */
export const confusionMatrix = (
  yTrue: TensorLike,
  yPred: TensorLike,
  { classes, weights }: ConfusionMatrixCounts = {},
): number[][] => {
  const subject = 'confusionMatrix'
  const [truth, guess] = [asTensor(yTrue), asTensor(yPred)]
  const sizes = [truth.size, guess.size, weights?.length ?? truth.size]
  if (sizes.some((size) => size !== truth.size)) {
    const given = `${sizes[0]} labels, ${sizes[1]} predictions and ${sizes[2]} weights`
    throw new GradloomError('argument', `${subject}: ${given} must be equally many.`, { subject })
  }
  const highest = [truth, guess].flatMap(({ elements }) => Array.from(elements))
  const count = classes ?? highest.reduce((most, x) => Math.max(most, x), 0) + 1
  positiveWhole(subject, 'classes', count)
  checkLabels(truth, count, 'yTrue')
  checkLabels(guess, count, 'yPred')
  const matrix = Array.from({ length: count }, () => new Array<number>(count).fill(0))
  truth.elements.forEach((t: number, i: number) => {
    const row = matrix[t] as number[]
    const p = guess.elements[i] as number
    row[p] = (row[p] as number) + (weights?.[i] ?? 1)
  })
  return matrix
}
