// Cross-entropy with labels that are one-hot rows or distributions over the classes.

import { axisLast, categoricalCrossEntropy, labelsLike } from '../composites/common.ts'
import {
  axisOption,
  type CategoricalOptions,
  checkedOptions,
  classesOf,
  smoothed,
} from './crossentropy.ts'
import type { Loss } from './loss.ts'
import { makeLoss } from './make.ts'

export type CategoricalCrossentropyOptions = CategoricalOptions

/** −Σ y·log p over the classes; labels in the shape of the output: [B, ..., classes]. */
export const categoricalCrossentropy = (options: CategoricalCrossentropyOptions = {}): Loss => {
  const type = 'categoricalCrossentropy'
  const { fromLogits, labelSmoothing } = checkedOptions(type, options)
  const axis = axisOption(type, options)
  return makeLoss(type, options, {
    labelShape: (outputShape) => {
      classesOf(type, outputShape, axis)
      return outputShape
    },
    values: (yTrue, yPred) => {
      const classes = classesOf(type, yPred.shape, axis)
      const targets = smoothed(labelsLike(type, yTrue, yPred), labelSmoothing, classes)
      return categoricalCrossEntropy(axisLast(targets, axis), axisLast(yPred, axis), fromLogits)
    },
    config: { fromLogits, labelSmoothing, axis },
  })
}
