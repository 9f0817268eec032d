// The contract of a regularizer: a number that grows with a weight and is added to the loss.

import type { SymbolicTensor } from '../graph.ts'
import type { Config } from '../layers/layer.ts'

export interface Regularizer {
  /** Name of the factory, as in saved files. */
  readonly type: string
  /** w: any shape → f32 [] */
  call(w: SymbolicTensor): SymbolicTensor
  config(): Config
}
