// The contract of a loss.

import type { SymbolicTensor } from '../graph.ts'
import type { Config } from '../layers/layer.ts'
import type { Dtype } from '../shape.ts'

/** What the losses of a batch become. */
export type Reduction = 'sumOverBatchSize' | 'sum' | 'mean' | 'meanWithSampleWeight'

export interface Loss {
  /** Name of the factory, as in saved files. */
  readonly type: string
  /** dtype in which labels are sent to the workers. */
  readonly labels: Dtype
  /** Labels of any shape are taken, as they are. */
  readonly anyLabels?: boolean
  /** For integer labels: they must lie in `0..classes(outputShape)`. */
  classes?(outputShape: readonly (number | null)[]): number
  /** The one label outside that is allowed. */
  readonly ignoreClass?: number | null
  /** Default `'sumOverBatchSize'`. */
  readonly reduction?: Reduction
  /**
   * Shape of the labels that go with an output of this shape (batch axis first, `null`);
   * throws a typed error where the output cannot be right for the loss.
   */
  labelShape(outputShape: readonly (number | null)[]): readonly (number | null)[]
  /** yTrue, yPred: [B, ...] → one loss a sample: [B]. */
  call(yTrue: SymbolicTensor, yPred: SymbolicTensor): SymbolicTensor
  /**
   * yTrue, yPred: [B, ...] → a loss for each place, whose means over all axes but the first are
   * those of `call`: [B, ...]. A loss that has no places (of a custom kind) leaves it out.
   */
  values?(yTrue: SymbolicTensor, yPred: SymbolicTensor): SymbolicTensor
  config(): Config
}
