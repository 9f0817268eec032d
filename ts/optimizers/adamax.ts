// Adamax (Kingma & Ba 2014, section 7): Adam with the largest recent gradient in the divisor.

import type { SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import type { Variable } from '../variable.ts'
import { Moments, type MomentsOptions } from './moments.ts'
import type { Update } from './optimizer.ts'

export type AdamaxOptions = MomentsOptions

export class Adamax extends Moments {
  readonly type = 'adamax'

  constructor(options: AdamaxOptions = {}) {
    super('adamax', options)
  }

  protected override slotNames(): readonly string[] {
    return ['momentum', 'norm']
  }

  /** m ← m + (g − m)(1 − β₁); u ← max(β₂·u, |g|); w ← w − η / (1 − β₁ᵗ)·m / (u + ε) */
  protected step(update: Update, slots: readonly Variable[]): SymbolicTensor {
    const { graph, gradient, weight, learningRate } = update
    const [mSlot, uSlot] = slots as readonly [Variable, Variable]
    const m = ops.lerp(graph.state(mSlot), gradient, 1 - this.beta1)
    const u = ops.flush(ops.maximum(ops.mul(graph.state(uSlot), this.beta2), ops.abs(gradient)))
    graph.assign(mSlot, m)
    graph.assign(uSlot, u)
    const rate = ops.div(learningRate, this.corrections.of(graph)[0])
    return ops.mulAdd(ops.div(m, ops.add(u, this.epsilon)), ops.neg(rate), weight)
  }
}

/** Steps by the mean of the gradients over the largest of the recent ones. */
export const adamax = (options: AdamaxOptions = {}): Adamax => new Adamax(options)
