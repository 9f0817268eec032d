// What Adam and its relatives divide their means by in the first steps, when these still lean
// towards the zeros they began with.

import type { Graph, SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import type { Variable } from '../variable.ts'
import { filledSlot } from './base.ts'

export class Corrections {
  /**
   * 1 − β₁ᵗ and 1 − β₂ᵗ, which follow m and v by the same rule, c ← c + (1 − c)·(1 − β). Kept
   * rather than βᵗ because 1 − βᵗ of an f32 βᵗ has lost three digits in the first steps.
   */
  readonly shared: readonly [Variable, Variable] = [
    filledSlot('correction1', []),
    filledSlot('correction2', []),
  ]
  readonly #betas: readonly [number, number]

  constructor(beta1: number, beta2: number) {
    this.#betas = [beta1, beta2]
  }

  /** 1 − β₁ᵗ and 1 − β₂ᵗ of this step. */
  of(graph: Graph): readonly [SymbolicTensor, SymbolicTensor] {
    const [first, second] = this.shared
    return [
      ops.lerp(graph.state(first), 1, 1 - this.#betas[0]),
      ops.lerp(graph.state(second), 1, 1 - this.#betas[1]),
    ]
  }

  begin(graph: Graph): void {
    const corrections = this.of(graph)
    graph.assign(this.shared[0], corrections[0])
    graph.assign(this.shared[1], corrections[1])
  }

  /** η·√(1 − β₂ᵗ) / (1 − β₁ᵗ), the same node for all weights. */
  rate(graph: Graph, learningRate: SymbolicTensor): SymbolicTensor {
    const [first, second] = this.of(graph)
    return ops.mul(learningRate, ops.div(ops.sqrt(second), first))
  }
}
