// Cross-entropy with labels that are class numbers.

import { flag } from '../checks.ts'
import { categoricalCrossEntropy, labelsOf, meanPerSample } from '../composites.ts'
import * as ops from '../ops.ts'
import { classesOf } from './crossentropy.ts'
import type { Loss } from './loss.ts'

export interface SparseCategoricalCrossentropyOptions {
  /** Whether the model's output is logits rather than probabilities. Default false. */
  fromLogits?: boolean
}

/**
 * −log p of the right class; labels are class numbers 0, 1, …: [B, ...] for an output [B, ..., C].
 */
export const sparseCategoricalCrossentropy = (
  options: SparseCategoricalCrossentropyOptions = {},
): Loss => {
  const type = 'sparseCategoricalCrossentropy'
  const fromLogits = flag(type, 'fromLogits', options.fromLogits ?? false)
  return {
    type,
    labels: 'int32',
    classes: (outputShape) => classesOf(type, outputShape),
    labelShape: (outputShape) => {
      classesOf(type, outputShape)
      return outputShape.slice(0, -1)
    },
    call: (yTrue, yPred) => {
      const targets = ops.oneHot(labelsOf(type, yTrue, yPred), classesOf(type, yPred.shape))
      return meanPerSample(categoricalCrossEntropy(targets, yPred, fromLogits))
    },
    config: () => ({ fromLogits }),
  }
}
