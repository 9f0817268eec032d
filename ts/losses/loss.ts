// The contract of a loss.

import type { SymbolicTensor } from '../graph.ts'
import type { Config } from '../layers/layer.ts'
import type { Dtype } from '../shape.ts'

export interface Loss {
  /** Name of the factory, as in saved files. */
  readonly type: string
  /** dtype in which labels are sent to the workers. */
  readonly labels: Dtype
  /** Labels of any shape are taken, as they are. */
  readonly anyLabels?: boolean
  /** For integer labels: they must lie in `0..classes(outputShape)`. */
  classes?(outputShape: readonly (number | null)[]): number
  /**
   * Shape of the labels that go with an output of this shape (batch axis first, `null`);
   * throws a typed error where the output cannot be right for the loss.
   */
  labelShape(outputShape: readonly (number | null)[]): readonly (number | null)[]
  /** yTrue, yPred: [B, ...] → one loss a sample: [B]. */
  call(yTrue: SymbolicTensor, yPred: SymbolicTensor): SymbolicTensor
  config(): Config
}
