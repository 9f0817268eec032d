// Mean absolute error: the mean of |yPred − yTrue| over everything but the batch.

import * as ops from '../ops.ts'
import { elementwiseLoss } from './elementwise.ts'
import type { Loss } from './loss.ts'

/** Mean of |yPred − yTrue|. */
export const meanAbsoluteError = (): Loss =>
  elementwiseLoss('meanAbsoluteError', (yTrue, yPred) => ops.abs(ops.sub(yPred, yTrue)))
