// What the losses share that compare labels and outputs element by element: labels of the output's
// shape, and the mean over everything but the batch.

import { labelsLike, meanPerSample } from '../composites.ts'
import type { SymbolicTensor } from '../graph.ts'
import type { Config } from '../layers/layer.ts'
import type { Loss } from './loss.ts'

/** yTrue, yPred: [B, ...] → one number an element: [B, ...] */
export type ElementLoss = (yTrue: SymbolicTensor, yPred: SymbolicTensor) => SymbolicTensor

export const elementwiseLoss = (type: string, element: ElementLoss, config: Config = {}): Loss => ({
  type,
  labels: 'float32',
  labelShape: (outputShape) => outputShape,
  call: (yTrue, yPred) => meanPerSample(element(labelsLike(type, yTrue, yPred), yPred)),
  config: () => config,
})
