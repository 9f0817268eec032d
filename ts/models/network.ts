// The contract of a network: the layers of a model, their shapes, and walking them over a graph. It
// holds no numbers and knows no loss.

import type { SymbolicTensor } from '../graph.ts'
import type { AnyLayer, Config, Pass } from '../layers/layer.ts'
import type { BatchShape, Dtype, Shape } from '../shape.ts'
import type { Variable } from '../variable.ts'
import { type Placed, trainedIn } from './placing.ts'

/** What one sample of an input looks like. */
export interface InputPort {
  readonly name: string
  readonly shape: Shape
  readonly dtype: Dtype
  /** The layer that takes it. */
  readonly layer: AnyLayer
}

export interface OutputPort {
  readonly name: string
  /** `[null, ...]` */
  readonly shape: BatchShape
  /** The layer that gives it. */
  readonly layer: AnyLayer
}

/** A line of the summary. */
export interface Described {
  readonly layer: AnyLayer
  readonly shapes: readonly BatchShape[]
  /** Layers that it takes its inputs from, where they are not simply those before it. */
  readonly from: readonly string[]
}

/** How several inputs or outputs were written: as one tensor, an array, or an object. */
export type Form = 'one' | 'list' | 'names'

export interface Network {
  /** Name in saved files. */
  readonly type: string
  readonly layers: readonly AnyLayer[]
  readonly inputForm: Form
  readonly outputForm: Form
  /** Known once the network is built. */
  readonly inputs: readonly InputPort[] | undefined
  /** Empty before the network is built. */
  readonly outputs: readonly OutputPort[]
  /** All variables in the order in which they are saved; empty before the network is built. */
  readonly placed: readonly Placed[]
  /** Random streams of the layers, which may have others in other models. */
  readonly streams: ReadonlyMap<AnyLayer, number>
  readonly described: readonly Described[]
  /** Makes the variables, for samples of this shape. */
  build(sample: Shape): void
  /** xs: [B, ...sample] each → ys: [B, ...] each */
  apply(xs: readonly SymbolicTensor[], pass: Pass): readonly SymbolicTensor[]
  /** What makes it again, as JSON. */
  topology(): Config
}

/** Variables that training changes, in the order in which they are saved. */
export const trainableOf = ({ layers, placed }: Network): Variable[] => {
  const trained = trainedIn(layers)
  return placed.map(({ variable }) => variable).filter((variable) => trained.has(variable))
}
