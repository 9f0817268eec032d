// Binary cross-entropy: each element of the output is the probability (or the logit) of a yes.

import { binaryCrossEntropy } from '../composites/common.ts'
import { type CrossentropyOptions, checkedOptions, smoothed } from './crossentropy.ts'
import type { Loss } from './loss.ts'
import { elementwiseLoss } from './make.ts'

export type BinaryCrossentropyOptions = CrossentropyOptions

/** Mean of −y·log p − (1 − y)·log(1 − p); labels 0 or 1 (or between) in the shape of the output. */
export const binaryCrossentropy = (options: BinaryCrossentropyOptions = {}): Loss => {
  const type = 'binaryCrossentropy'
  const { fromLogits, labelSmoothing } = checkedOptions(type, options)
  return elementwiseLoss(
    type,
    options,
    (yTrue, yPred) => binaryCrossEntropy(smoothed(yTrue, labelSmoothing, 2), yPred, fromLogits),
    { fromLogits, labelSmoothing },
  )
}
