// The contract of an initializer, and the sizes that the scaling ones need.

import type { SymbolicTensor } from '../graph.ts'
import type { Config } from '../layers/layer.ts'
import type { Shape } from '../shape.ts'
import type { Draw } from '../variable.ts'

export interface Initializer {
  /** Name of the factory, as in saved files. */
  readonly type: string
  /** First value of a variable of this shape. */
  initialize(shape: Shape, draw: Draw): SymbolicTensor
  config(): Config
}

/**
 * Inputs and outputs of one unit of a kernel: `[in, out]`, or `[...window, in, out]` for
 * convolutions. Source: `compute_fans` of Keras 3.
 */
export const fansOf = (shape: Shape): { fanIn: number; fanOut: number } => {
  if (shape.length === 0) return { fanIn: 1, fanOut: 1 }
  if (shape.length === 1) return { fanIn: shape[0] as number, fanOut: shape[0] as number }
  const window = shape.slice(0, -2).reduce((n, d) => n * d, 1)
  return { fanIn: window * (shape.at(-2) as number), fanOut: window * (shape.at(-1) as number) }
}
