// What happens in one step of a recurrent layer, as a layer of its own: the base of all cells. The
// walk over time is not here.

import type { SymbolicTensor } from '../../graph.ts'
import type { Shape } from '../../shape.ts'
import { type Config, Layer, type Pass } from '../layer.ts'

/** x of one step and the states before it → the output and the states after it. */
export type Step = (
  x: SymbolicTensor,
  states: readonly SymbolicTensor[],
) => { readonly output: SymbolicTensor; readonly states: readonly SymbolicTensor[] }

/** A whole sequence at once. */
export interface Sequence {
  /** [B, T, ...] */
  readonly x: SymbolicTensor
  /** `undefined`: zeros. */
  readonly states: readonly SymbolicTensor[] | undefined
  /** f32 [B, T] */
  readonly mask: SymbolicTensor | undefined
  /** How many of the last outputs are wanted. */
  readonly ends: number
}

/** What came of it: outputs [B, ends, ...], and the last states. */
export interface Ran {
  readonly outputs: SymbolicTensor
  readonly states: readonly SymbolicTensor[]
}

/**
 * A cell for `layers.rnn`. A cell of your own says the shapes of its states and computes
 * `call([x, ...states], pass)` → `[output, ...newStates]` of one step, x: [B, ...].
 */
export abstract class RnnCell extends Layer<readonly SymbolicTensor[], readonly SymbolicTensor[]> {
  /** Shape of each state of one sample, such as `[[32]]`. */
  abstract readonly stateShapes: readonly Shape[]

  /** Shape of the output of one sample. Default that of the first state. */
  get outputShape(): Shape {
    return this.stateShapes[0] as Shape
  }

  /**
   * The step for one sequence of batches like `x`: what stays the same over time, such as dropout
   * masks, is drawn here.
   */
  begin(_x: SymbolicTensor, pass: Pass): Step {
    return (x, states) => {
      const [output, ...next] = this.apply([x, ...states], pass)
      return { output: output as SymbolicTensor, states: next }
    }
  }

  /** Another cell with the same options and weights of its own. */
  copy(): this {
    return new (this.constructor as new (options: Config) => this)(this.config())
  }

  /** Runs all steps as one op, where the core has one for this cell. */
  run(_sequence: Sequence, _pass: Pass): Ran | undefined {
    return undefined
  }
}
