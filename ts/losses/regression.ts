// Losses of numbers that are compared element by element, beside the mean errors: relative,
// logarithmic, log-cosh and Poisson, as in Keras 3.

import { EPSILON } from '../composites/common.ts'
import * as ops from '../ops.ts'
import type { Loss } from './loss.ts'
import { elementwiseLoss, type LossOptions } from './make.ts'

/** Mean of 100·|yPred − yTrue| / max(|yTrue|, 1e-7). */
export const meanAbsolutePercentageError = (options: LossOptions = {}): Loss =>
  elementwiseLoss('meanAbsolutePercentageError', options, (yTrue, yPred) => {
    const size = ops.maximum(ops.abs(yTrue), EPSILON)
    return ops.mul(ops.abs(ops.div(ops.sub(yTrue, yPred), size)), 100)
  })

/** Mean of (log(1 + yPred) − log(1 + yTrue))²; what is under 1e-7 counts as 1e-7. */
export const meanSquaredLogarithmicError = (options: LossOptions = {}): Loss =>
  elementwiseLoss('meanSquaredLogarithmicError', options, (yTrue, yPred) => {
    const [a, b] = [yPred, yTrue].map((y) => ops.log1p(ops.maximum(y, EPSILON)))
    return ops.square(ops.sub(a as typeof yPred, b as typeof yPred))
  })

/** Mean of log cosh(yPred − yTrue) = e + softplus(−2e) − log 2. */
export const logCosh = (options: LossOptions = {}): Loss =>
  elementwiseLoss('logCosh', options, (yTrue, yPred) => {
    const error = ops.sub(yPred, yTrue)
    return ops.add(error, ops.sub(ops.softplus(ops.mul(error, -2)), Math.LN2))
  })

/** Mean of yPred − yTrue·log(yPred + 1e-7): counts yTrue with the rate yPred. */
export const poisson = (options: LossOptions = {}): Loss =>
  elementwiseLoss('poisson', options, (yTrue, yPred) =>
    ops.sub(yPred, ops.mul(yTrue, ops.log(ops.add(yPred, EPSILON)))),
  )
