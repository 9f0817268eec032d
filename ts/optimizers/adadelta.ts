// Adadelta (Zeiler 2012), as in Keras 3.

import { fraction, positive } from '../checks.ts'
import type { SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import type { Variable } from '../variable.ts'
import { BaseOptimizer, type OptimizerOptions } from './base.ts'
import type { Update } from './optimizer.ts'

export interface AdadeltaOptions extends OptimizerOptions {
  /** Part of the means of squares that is kept in a step. Default 0.95. */
  rho?: number
  /** Added under both roots. Default 1e-7. */
  epsilon?: number
}

export class Adadelta extends BaseOptimizer {
  readonly type = 'adadelta'
  readonly rho: number
  readonly epsilon: number

  constructor(options: AdadeltaOptions = {}) {
    super('adadelta', options)
    this.rho = fraction('adadelta', 'rho', options.rho ?? 0.95)
    this.epsilon = positive('adadelta', 'epsilon', options.epsilon ?? 1e-7)
  }

  protected override slotNames(): readonly string[] {
    return ['accumulatedGrad', 'accumulatedDeltaVar']
  }

  /**
   * a ← a + (g² − a)(1 − ρ); d = √(b + ε) / √(a + ε)·g; b ← b + (d² − b)(1 − ρ); w ← w − η·d
   */
  protected step(update: Update, slots: readonly Variable[]): SymbolicTensor {
    const { graph, gradient, weight, learningRate } = update
    const [gradSlot, deltaSlot] = slots as readonly [Variable, Variable]
    const root = (x: SymbolicTensor) => ops.sqrt(ops.add(x, this.epsilon))
    const a = ops.lerpSquare(graph.state(gradSlot), gradient, 1 - this.rho)
    const before = graph.state(deltaSlot)
    const delta = ops.div(ops.mul(root(before), gradient), root(a))
    graph.assign(gradSlot, a)
    graph.assign(deltaSlot, ops.lerpSquare(before, delta, 1 - this.rho))
    return ops.mulAdd(delta, ops.neg(learningRate), weight)
  }

  protected ownConfig() {
    return { rho: this.rho, epsilon: this.epsilon }
  }
}

/** Steps whose size follows that of the steps before. */
export const adadelta = (options: AdadeltaOptions = {}): Adadelta => new Adadelta(options)
