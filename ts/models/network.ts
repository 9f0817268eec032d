// The contract of a network: the layers of a model, their shapes, and walking them over a graph. It
// holds no numbers and knows no loss.

import type { SymbolicTensor } from '../graph.ts'
import type { Layer, Pass } from '../layers/layer.ts'
import type { BatchShape, Dtype, Shape } from '../shape.ts'
import type { Variable } from '../variable.ts'

/** A variable and where it belongs. */
export interface Placed {
  readonly variable: Variable
  readonly layer: Layer
  /** Name in files: `layer/variable`. */
  readonly path: string
  /** Tells its first random draw from those of others. */
  readonly stream: number
}

/** What one sample looks like. */
export interface Sample {
  readonly shape: Shape
  readonly dtype: Dtype
}

export interface Network {
  /** Name in saved files. */
  readonly type: string
  readonly layers: readonly Layer[]
  /** Known once the network is built. */
  readonly sample: Sample | undefined
  /** Shapes behind each layer, `[null, ...]`; empty before the network is built. */
  readonly outputShapes: readonly BatchShape[]
  /** All variables in the order in which they are saved; empty before the network is built. */
  readonly placed: readonly Placed[]
  /** Makes the variables, for samples of this shape. */
  build(sample: Shape): void
  /** x: [B, ...sample] → y: [B, ...] */
  apply(x: SymbolicTensor, pass: Pass): SymbolicTensor
}

/** Shape of the network's output, `[null, ...]`. */
export const outputShapeOf = (network: Network): BatchShape =>
  network.outputShapes.at(-1) as BatchShape

/** Variables that training changes. */
export const trainableOf = (network: Network): Variable[] =>
  network.placed
    .filter(({ layer, variable }) => layer.trainable && variable.trainable)
    .map(({ variable }) => variable)
