// Nadam (Dozat 2016): Adam with Nesterov's momentum, whose part grows by a schedule, as in Keras 3.

import type { Graph, SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import type { Variable } from '../variable.ts'
import { filledSlot } from './base.ts'
import { Moments, type MomentsOptions } from './moments.ts'
import type { Update } from './optimizer.ts'

export type NadamOptions = MomentsOptions

/** How fast the part of the momentum grows. */
const DECAY = 0.96

export class Nadam extends Moments {
  readonly type = 'nadam'
  /** 0.96ᵗ, and the product of all u. */
  readonly #own = [filledSlot('decay', [], 1), filledSlot('uProduct', [], 1)] as const
  override readonly shared = [...this.corrections.shared, ...this.#own]

  constructor(options: NadamOptions = {}) {
    super('nadam', options)
  }

  /** 0.96ᵗ; u = β₁(1 − 0.96ᵗ/2) of this step and of the next; Πu up to this step */
  #schedule(graph: Graph) {
    const decay = ops.flush(ops.mul(graph.state(this.#own[0]), DECAY))
    const u = (power: SymbolicTensor) => ops.mul(ops.mulAdd(power, -0.5, 1), this.beta1)
    const now = u(decay)
    const product = ops.flush(ops.mul(graph.state(this.#own[1]), now))
    return { decay, now, next: u(ops.mul(decay, DECAY)), product }
  }

  override begin(graph: Graph): void {
    super.begin(graph)
    const { decay, product } = this.#schedule(graph)
    graph.assign(this.#own[0], decay)
    graph.assign(this.#own[1], product)
  }

  /** w ← w − η·(u'·m / (1 − Πu·u') + (1 − u)·g / (1 − Πu)) / (√(v / (1 − β₂ᵗ)) + ε) */
  protected step(update: Update, slots: readonly Variable[]): SymbolicTensor {
    const { graph, gradient } = update
    const [m, v] = this.moments(update, slots)
    const { now, next, product } = this.#schedule(graph)
    const ofMean = ops.div(next, ops.sub(1, ops.mul(product, next)))
    const ofGradient = ops.div(ops.sub(1, now), ops.sub(1, product))
    const hat = ops.mulAdd(m, ofMean, ops.mul(gradient, ofGradient))
    const spread = ops.div(v, this.corrections.of(graph)[1])
    return this.stepped(update, ops.divSqrt(hat, spread, this.epsilon))
  }
}

/** Adam that looks one step ahead. */
export const nadam = (options: NadamOptions = {}): Nadam => new Nadam(options)
