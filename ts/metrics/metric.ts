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
   * yTrue, yPred: [B, ...]; weights: [B], or one a place (such as a mask): [B, T] → f32 sums over
   * the batch, as many as the metric needs, in any shape. Those of batches and shards are added
   * outside (in f64).
   */
  sums(yTrue: SymbolicTensor, yPred: SymbolicTensor, weights: SymbolicTensor): SymbolicTensor
  /**
   * The metric from the added sums, which are empty when nothing was seen (a mean is NaN then).
   * Several numbers are logged as `name_0`, `name_1` …
   */
  result(sums: readonly number[]): number | readonly number[]
  config(): Config
}
