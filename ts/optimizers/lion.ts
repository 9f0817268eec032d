// Lion (Chen et al. 2023): steps of one size, by the sign of a mean of the gradients.

import { badArgument, belowOne } from '../checks.ts'
import type { SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import type { Variable } from '../variable.ts'
import { BaseOptimizer, type OptimizerOptions } from './base.ts'
import type { Update } from './optimizer.ts'

export interface LionOptions extends OptimizerOptions {
  /** Part of the mean in the step, the rest is the gradient: 0 < beta1 ≤ 1. Default 0.9. */
  beta1?: number
  /** Part of the mean that is kept in a step. Default 0.99. */
  beta2?: number
}

export class Lion extends BaseOptimizer {
  readonly type = 'lion'
  readonly beta1: number
  readonly beta2: number

  constructor(options: LionOptions = {}) {
    super('lion', options)
    const { beta1 = 0.9 } = options
    if (!(beta1 > 0 && beta1 <= 1)) throw badArgument('lion', 'beta1', beta1, 'a number in (0, 1]')
    this.beta1 = beta1
    this.beta2 = belowOne('lion', 'beta2', options.beta2 ?? 0.99)
  }

  protected override slotNames(): readonly string[] {
    return ['momentum']
  }

  /** w ← w − η·sign(m + (g − m)(1 − β₁)); m ← m + (g − m)(1 − β₂) */
  protected step(update: Update, slots: readonly Variable[]): SymbolicTensor {
    const { graph, gradient, weight, learningRate } = update
    const [slot] = slots as readonly [Variable]
    const m = graph.state(slot)
    graph.assign(slot, ops.lerp(m, gradient, 1 - this.beta2))
    const direction = ops.sign(ops.lerp(m, gradient, 1 - this.beta1))
    return ops.mulAdd(direction, ops.neg(learningRate), weight)
  }

  protected ownConfig() {
    return { beta1: this.beta1, beta2: this.beta2 }
  }
}

/** Steps of one size; the learning rate is usually a third or a tenth of Adam's. */
export const lion = (options: LionOptions = {}): Lion => new Lion(options)
