// The contract of a network: the layers of a model, their shapes, and walking them over a graph. It
// holds no numbers and knows no loss.

import type { SymbolicTensor } from '../graph.ts'
import type { AnyLayer, Pass } from '../layers/layer.ts'
import type { BatchShape, Dtype, Shape } from '../shape.ts'
import type { Variable } from '../variable.ts'
import { type Placed, trainedIn } from './placing.ts'

/** What one sample looks like. */
export interface Sample {
  readonly shape: Shape
  readonly dtype: Dtype
}

export interface Network {
  /** Name in saved files. */
  readonly type: string
  readonly layers: readonly AnyLayer[]
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

/** Variables that training changes, in the order in which they are saved. */
export const trainableOf = ({ layers, placed }: Network): Variable[] => {
  const trained = trainedIn(layers)
  return placed.map(({ variable }) => variable).filter((variable) => trained.has(variable))
}
