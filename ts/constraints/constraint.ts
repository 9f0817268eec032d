// The contract of a constraint: what a weight becomes after each update of the optimizer.

import type { SymbolicTensor } from '../graph.ts'
import type { Config } from '../layers/layer.ts'

export interface Constraint {
  /** Name of the factory, as in saved files. */
  readonly type: string
  /** w → w', of the same shape */
  call(w: SymbolicTensor): SymbolicTensor
  config(): Config
}
