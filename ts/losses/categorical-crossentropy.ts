// Cross-entropy with labels that are one-hot rows or distributions over the classes.

import { categoricalCrossEntropy, labelsLike, meanPerSample } from '../composites.ts'
import { type CrossentropyOptions, checkedOptions, classesOf, smoothed } from './crossentropy.ts'
import type { Loss } from './loss.ts'

export type CategoricalCrossentropyOptions = CrossentropyOptions

/** −Σ y·log p over the last axis; labels in the shape of the output: [B, ..., classes]. */
export const categoricalCrossentropy = (options: CategoricalCrossentropyOptions = {}): Loss => {
  const type = 'categoricalCrossentropy'
  const { fromLogits, labelSmoothing } = checkedOptions(type, options)
  return {
    type,
    labels: 'float32',
    labelShape: (outputShape) => {
      classesOf(type, outputShape)
      return outputShape
    },
    call: (yTrue, yPred) => {
      const classes = classesOf(type, yPred.shape)
      const targets = smoothed(labelsLike(type, yTrue, yPred), labelSmoothing, classes)
      return meanPerSample(categoricalCrossEntropy(targets, yPred, fromLogits))
    },
    config: () => ({ fromLogits, labelSmoothing }),
  }
}
