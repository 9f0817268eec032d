// RMSprop (Hinton 2012), with momentum and centred (Graves 2013) if asked for, as in Keras 3: ε is
// under the root.

import { belowOne, flag, fraction, positive } from '../checks.ts'
import type { SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import type { Variable } from '../variable.ts'
import { BaseOptimizer, type OptimizerOptions } from './base.ts'
import type { Update } from './optimizer.ts'

export interface RMSpropOptions extends OptimizerOptions {
  /** Part of the mean of the squares that is kept in a step. Default 0.9. */
  rho?: number
  /** Part of the last update that is repeated: 0 ≤ momentum ≤ 1. Default 0. */
  momentum?: number
  /** Added to the mean of the squares, under the root. Default 1e-7. */
  epsilon?: number
  /** Whether the squared mean is taken off the mean of the squares. Default false. */
  centered?: boolean
}

export class RMSprop extends BaseOptimizer {
  readonly type = 'rmsprop'
  readonly rho: number
  readonly momentum: number
  readonly epsilon: number
  readonly centered: boolean

  constructor(options: RMSpropOptions = {}) {
    super('rmsprop', options)
    this.rho = belowOne('rmsprop', 'rho', options.rho ?? 0.9)
    this.momentum = fraction('rmsprop', 'momentum', options.momentum ?? 0)
    this.epsilon = positive('rmsprop', 'epsilon', options.epsilon ?? 1e-7)
    this.centered = flag('rmsprop', 'centered', options.centered ?? false)
  }

  protected override slotNames(): readonly string[] {
    const momentum = this.momentum === 0 ? [] : ['momentum']
    return ['velocity', ...momentum, ...(this.centered ? ['averageGradient'] : [])]
  }

  /** v ← v + (g² − v)(1 − ρ); m ← μ·m + η·g / √(v + ε); w ← w − m */
  protected step(update: Update, slots: readonly Variable[]): SymbolicTensor {
    const { graph, gradient, weight } = update
    const slot = (name: string) => slots.find((variable) => variable.name === name)
    const scaled = ops.mul(gradient, update.learningRate)
    const root = ops.sqrt(ops.add(this.#spread(update, slot), this.epsilon))
    const step = ops.div(scaled, root)
    const mSlot = slot('momentum')
    if (!mSlot) return ops.sub(weight, step)
    const m = ops.flush(ops.mulAdd(graph.state(mSlot), this.momentum, step))
    graph.assign(mSlot, m)
    return ops.sub(weight, m)
  }

  /** Mean of the squares, or when centred the variance: a ← a + (g − a)(1 − ρ); max(v − a², 0). */
  #spread(
    { graph, gradient }: Update,
    slot: (name: string) => Variable | undefined,
  ): SymbolicTensor {
    const vSlot = slot('velocity') as Variable
    const v = ops.lerpSquare(graph.state(vSlot), gradient, 1 - this.rho)
    graph.assign(vSlot, v)
    const aSlot = slot('averageGradient')
    if (!aSlot) return v
    const a = ops.lerp(graph.state(aSlot), gradient, 1 - this.rho)
    graph.assign(aSlot, a)
    return ops.maximum(ops.sub(v, ops.square(a)), 0)
  }

  protected ownConfig() {
    const { rho, momentum, epsilon, centered } = this
    return { rho, momentum, epsilon, centered }
  }
}

/** Steps by the gradient over the root of the mean of its squares. */
export const rmsprop = (options: RMSpropOptions = {}): RMSprop => new RMSprop(options)
