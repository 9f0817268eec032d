// The contract of a metric: a graph part that yields sums for each step, and a number from the
// sums.

import type { SymbolicTensor } from '../graph.ts'
import type { Config } from '../layers/layer.ts'

export interface Metric {
  /** Name of the factory, as in saved files. */
  readonly type: string
  /** Key in logs and history. */
  readonly name: string
  /**
   * yTrue, yPred: [B, ...]; weights: [B] → a vector of sums over the batch, such as
   * [Σ w·value, Σ w]. Sums of batches and shards are added outside (in f64).
   */
  sums(yTrue: SymbolicTensor, yPred: SymbolicTensor, weights: SymbolicTensor): SymbolicTensor
  /** The metric from the added sums; NaN when nothing was seen. */
  result(sums: readonly number[]): number
  config(): Config
}
