// Adam (Kingma & Ba 2014), with AMSGrad (Reddi et al. 2018) if asked for, as in Keras 3.

import { flag } from '../checks.ts'
import type { SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import type { Variable } from '../variable.ts'
import { Moments, type MomentsOptions } from './moments.ts'
import type { Update } from './optimizer.ts'

export interface AdamOptions extends MomentsOptions {
  /** Whether the divisor never falls. Default false. */
  amsgrad?: boolean
}

export class Adam extends Moments {
  readonly type: string = 'adam'
  readonly amsgrad: boolean

  constructor(options: AdamOptions = {}, subject = 'adam') {
    super(subject, options)
    this.amsgrad = flag(subject, 'amsgrad', options.amsgrad ?? false)
  }

  protected override slotNames(): readonly string[] {
    return this.amsgrad ? [...super.slotNames(), 'velocityHat'] : super.slotNames()
  }

  /** w ← w − rate·m / (√v + ε), m and v as in `moments` */
  protected step(update: Update, slots: readonly Variable[]): SymbolicTensor {
    const { graph, weight, learningRate } = update
    const [m, v] = this.moments(update, slots)
    const maxSlot = slots[2]
    const divisor = maxSlot ? ops.maximum(graph.state(maxSlot), v) : v
    if (maxSlot) graph.assign(maxSlot, divisor)
    const rate = this.corrections.rate(graph, learningRate)
    return ops.mulAdd(ops.divSqrt(m, divisor, this.epsilon), ops.neg(rate), weight)
  }

  protected override ownConfig() {
    return { ...super.ownConfig(), amsgrad: this.amsgrad }
  }
}

/** Steps by the mean of the gradients over the root of the mean of their squares. */
export const adam = (options: AdamOptions = {}): Adam => new Adam(options)
