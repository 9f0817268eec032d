// Mean squared error: the mean of (yPred − yTrue)² over everything but the batch.

import * as ops from '../ops.ts'
import { elementwiseLoss } from './elementwise.ts'
import type { Loss } from './loss.ts'

/** Mean of (yPred − yTrue)². */
export const meanSquaredError = (): Loss =>
  elementwiseLoss('meanSquaredError', (yTrue, yPred) => ops.square(ops.sub(yPred, yTrue)))
