// Adagrad (Duchi et al. 2011), as in Keras 3.

import { notNegative, positive } from '../checks.ts'
import type { SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import type { Variable } from '../variable.ts'
import { BaseOptimizer, filledSlot, type OptimizerOptions } from './base.ts'
import type { Update } from './optimizer.ts'

export interface AdagradOptions extends OptimizerOptions {
  /** What the sum of the squares begins with. Default 0.1. */
  initialAccumulatorValue?: number
  /** Added under the root in the divisor. Default 1e-7. */
  epsilon?: number
}

export class Adagrad extends BaseOptimizer {
  readonly type = 'adagrad'
  readonly initialAccumulatorValue: number
  readonly epsilon: number

  constructor(options: AdagradOptions = {}) {
    super('adagrad', options)
    const initial = options.initialAccumulatorValue ?? 0.1
    this.initialAccumulatorValue = notNegative('adagrad', 'initialAccumulatorValue', initial)
    this.epsilon = positive('adagrad', 'epsilon', options.epsilon ?? 1e-7)
  }

  protected override makeSlots({ shape }: Variable): readonly Variable[] {
    return [filledSlot('accumulator', shape, this.initialAccumulatorValue)]
  }

  /** a ← a + g²; w ← w − η·g / √(a + ε) */
  protected step(update: Update, slots: readonly Variable[]): SymbolicTensor {
    const { graph, gradient, weight, learningRate } = update
    const [slot] = slots as readonly [Variable]
    const a = ops.flush(ops.mulAdd(gradient, gradient, graph.state(slot)))
    graph.assign(slot, a)
    const root = ops.sqrt(ops.add(a, this.epsilon))
    return ops.sub(weight, ops.div(ops.mul(gradient, learningRate), root))
  }

  protected ownConfig() {
    const { initialAccumulatorValue, epsilon } = this
    return { initialAccumulatorValue, epsilon }
  }
}

/** Steps by the gradient over the root of the sum of its squares. */
export const adagrad = (options: AdagradOptions = {}): Adagrad => new Adagrad(options)
