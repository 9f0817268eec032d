// Gradient descent, plain, with momentum, and with Nesterov's (Sutskever et al. 2013), as in Keras
// 3.

import { flag, fraction } from '../checks.ts'
import type { SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import type { Variable } from '../variable.ts'
import { BaseOptimizer, type OptimizerOptions } from './base.ts'
import type { Update } from './optimizer.ts'

export interface SGDOptions extends OptimizerOptions {
  /** Part of the last update that is repeated: 0 ≤ momentum ≤ 1. Default 0. */
  momentum?: number
  /** Whether the gradient is taken as if the momentum had been applied already. Default false. */
  nesterov?: boolean
}

export class SGD extends BaseOptimizer {
  readonly type = 'sgd'
  readonly momentum: number
  readonly nesterov: boolean

  constructor(options: SGDOptions = {}) {
    super('sgd', options, 0.01)
    this.momentum = fraction('sgd', 'momentum', options.momentum ?? 0)
    this.nesterov = flag('sgd', 'nesterov', options.nesterov ?? false)
  }

  protected override slotNames(): readonly string[] {
    return this.momentum === 0 ? [] : ['momentum']
  }

  /** m ← μ·m − η·g; w ← w + m, or with Nesterov's w ← w + μ·m − η·g */
  protected step(update: Update, [slot]: readonly Variable[]): SymbolicTensor {
    const { graph, weight, gradient } = update
    const rate = ops.neg(update.learningRate)
    if (!slot) return ops.mulAdd(gradient, rate, weight)
    const m = ops.flush(ops.mulAdd(graph.state(slot), this.momentum, ops.mul(gradient, rate)))
    graph.assign(slot, m)
    if (!this.nesterov) return ops.add(weight, m)
    return ops.mulAdd(m, this.momentum, ops.mulAdd(gradient, rate, weight))
  }

  protected ownConfig() {
    return { momentum: this.momentum, nesterov: this.nesterov }
  }
}

/** w ← w − learningRate·gradient, with momentum if asked for. */
export const sgd = (options: SGDOptions = {}): SGD => new SGD(options)
