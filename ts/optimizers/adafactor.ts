// Adafactor (Shazeer & Stern 2018): for matrices it keeps means of the squares by row and by column
// only, as in Keras 3.

import { badArgument, positive } from '../checks.ts'
import { mean } from '../composites/common.ts'
import type { Graph, SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import type { Variable } from '../variable.ts'
import { BaseOptimizer, filledSlot, type OptimizerOptions } from './base.ts'
import type { Update } from './optimizer.ts'

export interface AdafactorOptions extends OptimizerOptions {
  /** The means keep the part 1 − tᵈ of step t: d < 0. Default −0.8. */
  beta2Decay?: number
  /** Added to the squares. Default 1e-30. */
  epsilon1?: number
  /** Least size of a weight that its steps are in proportion to. Default 1e-3. */
  epsilon2?: number
  /** Steps whose root mean square is above it are scaled down to it. Default 1. */
  clipThreshold?: number
}

/** Least divisor: below, a product of two small means would be 0. */
const TINY = 1e-36

const rms = (x: SymbolicTensor): SymbolicTensor => ops.sqrt(mean(ops.square(x)))

export class Adafactor extends BaseOptimizer {
  readonly type = 'adafactor'
  override readonly rowWise = false
  readonly beta2Decay: number
  readonly epsilon1: number
  readonly epsilon2: number
  readonly clipThreshold: number
  override readonly shared = [filledSlot('step', [])] as const

  constructor(options: AdafactorOptions = {}) {
    const type = 'adafactor'
    super(type, options)
    const { beta2Decay = -0.8 } = options
    if (!(beta2Decay < 0)) throw badArgument(type, 'beta2Decay', beta2Decay, 'a number < 0')
    this.beta2Decay = beta2Decay
    this.epsilon1 = positive(type, 'epsilon1', options.epsilon1 ?? 1e-30)
    this.epsilon2 = positive(type, 'epsilon2', options.epsilon2 ?? 1e-3)
    this.clipThreshold = positive(type, 'clipThreshold', options.clipThreshold ?? 1)
  }

  protected override makeSlots({ shape }: Variable): readonly Variable[] {
    if (shape.length < 2) return [filledSlot('velocity', shape)]
    const columns = [...shape.slice(0, -2), shape.at(-1) as number]
    return [filledSlot('rows', shape.slice(0, -1)), filledSlot('columns', columns)]
  }

  #stepNumber(graph: Graph): SymbolicTensor {
    return ops.add(graph.state(this.shared[0]), 1)
  }

  override begin(graph: Graph): void {
    graph.assign(this.shared[0], this.#stepNumber(graph))
  }

  /** The mean of the squares: kept whole, or as rows·columns / mean(rows). */
  #spread({ graph, gradient }: Update, slots: readonly Variable[]): SymbolicTensor {
    const squares = ops.add(ops.square(gradient), this.epsilon1)
    const fresh = ops.pow(this.#stepNumber(graph), this.beta2Decay)
    const kept = (slot: Variable, x: SymbolicTensor): SymbolicTensor => {
      const value = ops.lerp(graph.state(slot), x, fresh)
      graph.assign(slot, value)
      return value
    }
    const [first, second] = slots as readonly [Variable, Variable | undefined]
    if (!second) return kept(first, squares)
    const rows = kept(first, mean(squares, [-1]))
    const columns = kept(second, mean(squares, [-2]))
    const shares = ops.div(rows, mean(rows, [-1], true))
    const { shape } = columns
    const above = [...shape.slice(0, -1), 1, shape.at(-1) as number]
    return ops.mul(ops.reshape(shares, [...shares.shape, 1]), ops.reshape(columns, above))
  }

  /** w ← w − max(ε₂, rms w)·min(η, 1/√t)·u / max(1, rms u / clipThreshold), u = g / √v */
  protected step(update: Update, slots: readonly Variable[]): SymbolicTensor {
    const { graph, gradient, weight, learningRate } = update
    const slowing = ops.div(1, ops.sqrt(this.#stepNumber(graph)))
    const rate = ops.minimum(learningRate, slowing)
    const size = ops.mul(ops.maximum(rms(weight), this.epsilon2), rate)
    const u = ops.div(gradient, ops.sqrt(ops.maximum(this.#spread(update, slots), TINY)))
    const scale = ops.div(size, ops.maximum(ops.div(rms(u), this.clipThreshold), 1))
    return ops.mulAdd(u, ops.neg(scale), weight)
  }

  protected ownConfig() {
    const { beta2Decay, epsilon1, epsilon2, clipThreshold } = this
    return { beta2Decay, epsilon1, epsilon2, clipThreshold }
  }
}

/** Adam's steps at the memory of gradient descent. */
export const adafactor = (options: AdafactorOptions = {}): Adafactor => new Adafactor(options)
