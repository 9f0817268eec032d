// The contract of a learning-rate schedule: a function of the step, the same bits in every engine.

import type { Config } from '../layers/layer.ts'

export interface Schedule {
  /** Name of the factory, as in saved files. */
  readonly type: string
  /** Learning rate of step `step` (0-based, over the whole life of the optimizer). */
  at(step: number): number
  config(): Config
}
