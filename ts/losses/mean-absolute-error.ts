// Mean absolute error: the mean of |yPred − yTrue| over everything but the batch.

import * as ops from '../ops.ts'
import type { Loss } from './loss.ts'
import { elementwiseLoss, type LossOptions } from './make.ts'

/** Mean of |yPred − yTrue|. */
export const meanAbsoluteError = (options: LossOptions = {}): Loss =>
  elementwiseLoss('meanAbsoluteError', options, (yTrue, yPred) => ops.abs(ops.sub(yPred, yTrue)))
