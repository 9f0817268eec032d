// What the optimizers share that keep two means, of the gradients and of their squares, and correct
// both in the first steps: the options, the slots, the means.

import { belowOne, positive } from '../checks.ts'
import type { Graph, SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import type { Variable } from '../variable.ts'
import { BaseOptimizer, type OptimizerOptions } from './base.ts'
import { Corrections } from './corrections.ts'
import type { Update } from './optimizer.ts'

export interface MomentsOptions extends OptimizerOptions {
  /** Part of the mean of the gradients that is kept in a step. Default 0.9. */
  beta1?: number
  /** Part of the mean of their squares that is kept in a step. Default 0.999. */
  beta2?: number
  /** Added to the root in the divisor. Default 1e-7. */
  epsilon?: number
}

export abstract class Moments extends BaseOptimizer {
  readonly beta1: number
  readonly beta2: number
  readonly epsilon: number
  override readonly shared: readonly Variable[]
  protected readonly corrections: Corrections

  constructor(subject: string, options: MomentsOptions) {
    super(subject, options)
    this.beta1 = belowOne(subject, 'beta1', options.beta1 ?? 0.9)
    this.beta2 = belowOne(subject, 'beta2', options.beta2 ?? 0.999)
    this.epsilon = positive(subject, 'epsilon', options.epsilon ?? 1e-7)
    this.corrections = new Corrections(this.beta1, this.beta2)
    this.shared = this.corrections.shared
  }

  protected override slotNames(): readonly string[] {
    return ['momentum', 'velocity']
  }

  override begin(graph: Graph): void {
    this.corrections.begin(graph)
  }

  /** m ← m + (g − m)(1 − β₁); v ← v + (g² − v)(1 − β₂) */
  protected moments({ graph, gradient }: Update, slots: readonly Variable[]) {
    const [mSlot, vSlot] = slots as readonly [Variable, Variable]
    const m = ops.lerp(graph.state(mSlot), gradient, 1 - this.beta1)
    const v = ops.lerpSquare(graph.state(vSlot), gradient, 1 - this.beta2)
    graph.assign(mSlot, m)
    graph.assign(vSlot, v)
    return [m, v] as const
  }

  /** w − x·η */
  protected stepped({ weight, learningRate }: Update, x: SymbolicTensor): SymbolicTensor {
    return ops.mulAdd(x, ops.neg(learningRate), weight)
  }

  protected ownConfig() {
    const { beta1, beta2, epsilon } = this
    return { beta1, beta2, epsilon }
  }
}
