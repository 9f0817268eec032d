// FTRL-proximal (McMahan et al. 2013): for sparse linear models, with L1 that makes exact zeros, as
// in Keras 3.

import { badArgument, notNegative } from '../checks.ts'
import type { SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import type { Variable } from '../variable.ts'
import { BaseOptimizer, filledSlot, type OptimizerOptions } from './base.ts'
import type { Update } from './optimizer.ts'

export interface FtrlOptions extends OptimizerOptions {
  /** How the learning rate falls with the sum of the squares: ≤ 0. Default −0.5. */
  learningRatePower?: number
  /** What the sum of the squares begins with. Default 0.1. */
  initialAccumulatorValue?: number
  /** Default 0. */
  l1RegularizationStrength?: number
  /** Default 0. */
  l2RegularizationStrength?: number
  /** L2 by the gradient rather than by the step. Default 0. */
  l2ShrinkageRegularizationStrength?: number
  /** The β of the paper. Default 0. */
  beta?: number
}

const OWN = [
  'initialAccumulatorValue',
  'l1RegularizationStrength',
  'l2RegularizationStrength',
  'l2ShrinkageRegularizationStrength',
  'beta',
] as const

export class Ftrl extends BaseOptimizer {
  readonly type = 'ftrl'
  readonly learningRatePower: number
  readonly #own: Record<(typeof OWN)[number], number>

  constructor(options: FtrlOptions = {}) {
    super('ftrl', options)
    const { learningRatePower: power = -0.5 } = options
    if (!(power <= 0)) throw badArgument('ftrl', 'learningRatePower', power, 'a number ≤ 0')
    this.learningRatePower = power
    const given = { initialAccumulatorValue: 0.1, ...options }
    const own = OWN.map((name) => [name, notNegative('ftrl', name, given[name] ?? 0)])
    this.#own = Object.fromEntries(own)
  }

  protected override makeSlots({ shape }: Variable): readonly Variable[] {
    const accumulator = filledSlot('accumulator', shape, this.#own.initialAccumulatorValue)
    return [accumulator, filledSlot('linear', shape)]
  }

  /**
   * n' = n + g²; z ← z + g' − (n'ᵖ − nᵖ) / η·w; w ← (clip(z, ±L1) − z) / (n'ᵖ / η + 2·L2 + β / η),
   * where p is −learningRatePower and g' = g + 2·shrinkage·w
   */
  protected step(update: Update, slots: readonly Variable[]): SymbolicTensor {
    const { graph, gradient, weight, learningRate } = update
    const [nSlot, zSlot] = slots as readonly [Variable, Variable]
    const own = this.#own
    const [l1, l2] = [own.l1RegularizationStrength, own.l2RegularizationStrength]
    const power = (x: SymbolicTensor) =>
      this.learningRatePower === -0.5 ? ops.sqrt(x) : ops.pow(x, -this.learningRatePower)
    const before = graph.state(nSlot)
    const n = ops.flush(ops.mulAdd(gradient, gradient, before))
    const root = power(n)
    const shrunk = ops.mulAdd(weight, 2 * own.l2ShrinkageRegularizationStrength, gradient)
    const change = ops.div(ops.sub(root, power(before)), learningRate)
    const z = ops.flush(ops.add(graph.state(zSlot), ops.sub(shrunk, ops.mul(change, weight))))
    graph.assign(nSlot, n)
    graph.assign(zSlot, z)
    const divisor = ops.add(ops.div(ops.add(root, own.beta), learningRate), 2 * l2)
    return ops.div(ops.sub(ops.clip(z, -l1, l1), z), divisor)
  }

  protected ownConfig() {
    return { learningRatePower: this.learningRatePower, ...this.#own }
  }
}

/** Follows the regularised leader. */
export const ftrl = (options: FtrlOptions = {}): Ftrl => new Ftrl(options)
