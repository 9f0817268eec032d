// Adam (Kingma & Ba 2014), with AMSGrad (Reddi et al. 2018) if asked for, as in Keras 3.

import { belowOne, flag, positive } from '../checks.ts'
import type { Graph, SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import type { Variable } from '../variable.ts'
import { BaseOptimizer, type OptimizerOptions, zeroSlot } from './base.ts'
import type { Update } from './optimizer.ts'

export interface AdamOptions extends OptimizerOptions {
  /** Part of the mean of the gradients that is kept in a step. Default 0.9. */
  beta1?: number
  /** Part of the mean of their squares that is kept in a step. Default 0.999. */
  beta2?: number
  /** Added to the root in the divisor. Default 1e-7. */
  epsilon?: number
  /** Whether the divisor never falls. Default false. */
  amsgrad?: boolean
}

export class Adam extends BaseOptimizer {
  readonly type: string = 'adam'
  readonly beta1: number
  readonly beta2: number
  readonly epsilon: number
  readonly amsgrad: boolean
  /**
   * 1 − β₁ᵗ and 1 − β₂ᵗ, which follow m and v by the same rule, c ← c + (1 − c)·(1 − β). Kept
   * rather than βᵗ because 1 − βᵗ of an f32 βᵗ has lost three digits in the first steps.
   */
  override readonly shared = [zeroSlot('correction1', []), zeroSlot('correction2', [])] as const

  constructor(options: AdamOptions = {}, subject = 'adam') {
    super(subject, options)
    this.beta1 = belowOne(subject, 'beta1', options.beta1 ?? 0.9)
    this.beta2 = belowOne(subject, 'beta2', options.beta2 ?? 0.999)
    this.epsilon = positive(subject, 'epsilon', options.epsilon ?? 1e-7)
    this.amsgrad = flag(subject, 'amsgrad', options.amsgrad ?? false)
  }

  protected slotNames(): readonly string[] {
    return this.amsgrad ? ['momentum', 'velocity', 'velocityHat'] : ['momentum', 'velocity']
  }

  /** 1 − β₁ᵗ and 1 − β₂ᵗ of this step. */
  #corrections(graph: Graph): readonly [SymbolicTensor, SymbolicTensor] {
    const [first, second] = this.shared
    return [
      ops.lerp(graph.state(first), 1, 1 - this.beta1),
      ops.lerp(graph.state(second), 1, 1 - this.beta2),
    ]
  }

  override begin(graph: Graph): void {
    const corrections = this.#corrections(graph)
    graph.assign(this.shared[0], corrections[0])
    graph.assign(this.shared[1], corrections[1])
  }

  /** η·√(1 − β₂ᵗ) / (1 − β₁ᵗ), the same node for all weights. */
  #rate({ graph, learningRate }: Update): SymbolicTensor {
    const [first, second] = this.#corrections(graph)
    return ops.mul(learningRate, ops.div(ops.sqrt(second), first))
  }

  /** m ← m + (g − m)(1 − β₁); v ← v + (g² − v)(1 − β₂); w ← w − rate·m / (√v + ε) */
  protected step(update: Update, slots: readonly Variable[]): SymbolicTensor {
    const { graph, gradient, weight } = update
    const [mSlot, vSlot, maxSlot] = slots as readonly [Variable, Variable, Variable | undefined]
    const m = ops.lerp(graph.state(mSlot), gradient, 1 - this.beta1)
    const v = ops.lerpSquare(graph.state(vSlot), gradient, 1 - this.beta2)
    graph.assign(mSlot, m)
    graph.assign(vSlot, v)
    const divisor = maxSlot ? ops.maximum(graph.state(maxSlot), v) : v
    if (maxSlot) graph.assign(maxSlot, divisor)
    return ops.mulAdd(ops.divSqrt(m, divisor, this.epsilon), ops.neg(this.#rate(update)), weight)
  }

  protected ownConfig() {
    const { beta1, beta2, epsilon, amsgrad } = this
    return { beta1, beta2, epsilon, amsgrad }
  }
}

/** Steps by the mean of the gradients over the root of the mean of their squares. */
export const adam = (options: AdamOptions = {}): Adam => new Adam(options)
