// The confusion matrix of a classifier over everything seen, as a metric of many numbers.

import { positiveWhole, text } from '../checks.ts'
import { sameShape } from '../shape.ts'
import { classNumbers, pairSums } from './class-pairs.ts'
import type { MetricOptions } from './mean-metric.ts'
import type { Metric } from './metric.ts'

export interface ConfusionMatrixOptions extends MetricOptions {
  numClasses: number
}

/**
 * Row by row, how many samples of each class are taken for each class (the largest score); labels
 * are class numbers or one-hot.
 */
export const confusionMatrix = ({
  numClasses,
  name = 'confusionMatrix',
}: ConfusionMatrixOptions): Metric => {
  const type = 'confusionMatrix'
  positiveWhole(type, 'numClasses', numClasses)
  return {
    type,
    name: text(type, 'name', name),
    sums: (yTrue, yPred, weights) => {
      const sparse = !sameShape(yTrue.shape, yPred.shape)
      const pair = [classNumbers(yTrue, sparse, -1), classNumbers(yPred, false, -1)] as const
      return pairSums(type, numClasses, pair, weights)
    },
    result: (sums) => sums,
    config: () => ({ name, numClasses }),
  }
}
