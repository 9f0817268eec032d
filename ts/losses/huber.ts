// Huber's loss (1964): square near 0, linear beyond `delta`.

import { positive } from '../checks.ts'
import * as ops from '../ops.ts'
import type { Loss } from './loss.ts'
import { elementwiseLoss, type LossOptions, type LossValues } from './make.ts'

export interface HuberOptions extends LossOptions {
  /** Where the square part ends. Default 1. */
  delta?: number
}

/** Mean of e²/2 where e = |yPred − yTrue| ≤ delta, else delta·(e − delta/2). */
export const huber = ({ delta = 1, ...options }: HuberOptions = {}): Loss => {
  positive('huber', 'delta', delta)
  const element: LossValues = (yTrue, yPred) => {
    const error = ops.abs(ops.sub(yPred, yTrue))
    const near = ops.minimum(error, delta)
    return ops.mul(near, ops.mulAdd(near, -0.5, error))
  }
  return elementwiseLoss('huber', options, element, { delta })
}
