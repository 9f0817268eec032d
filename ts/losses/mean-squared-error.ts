// Mean squared error: the mean of (yPred − yTrue)² over everything but the batch.

import * as ops from '../ops.ts'
import type { Loss } from './loss.ts'
import { elementwiseLoss, type LossOptions } from './make.ts'

/** Mean of (yPred − yTrue)². */
export const meanSquaredError = (options: LossOptions = {}): Loss =>
  elementwiseLoss('meanSquaredError', options, (yTrue, yPred) => ops.square(ops.sub(yPred, yTrue)))
