// Muon (Jordan et al. 2024): the momentum of a matrix, made orthogonal by Newton–Schulz steps;
// AdamW for everything else, as in Keras 3.

import { belowOne, flag, notNegative, positive, positiveWhole, texts } from '../checks.ts'
import { norm } from '../composites/common.ts'
import type { SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import type { Variable } from '../variable.ts'
import { filledSlot } from './base.ts'
import { Moments, type MomentsOptions } from './moments.ts'
import type { Update } from './optimizer.ts'

export interface MuonOptions extends Omit<MomentsOptions, 'beta1' | 'beta2'> {
  /** Every matrix loses this part, times the learning rate, before each update. Default 0.004. */
  weightDecay?: number | null
  /** The same of what Adam updates. Default 0.004. */
  adamWeightDecay?: number | null
  /** Part of the mean of the gradients that Adam keeps in a step. Default 0.9. */
  adamBeta1?: number
  /** Part of the mean of their squares that Adam keeps in a step. Default 0.999. */
  adamBeta2?: number
  /** Adam's learning rate as a factor of the learning rate. Default 1. */
  adamLrRatio?: number
  /** Part of the last update that is repeated. Default 0.95. */
  momentum?: number
  /** Whether the gradient is taken as if the momentum had been applied already. Default true. */
  nesterov?: boolean
  /** Newton–Schulz steps of each update. Default 5. */
  nsSteps?: number
  /** Steps are scaled by it and the root of the longer side; null: not at all. Default 0.2. */
  rmsRate?: number | null
  /** Adam updates weights whose name (`layer/kernel`) contains one of these. Default none. */
  excludeLayers?: readonly string[]
  /** Adam updates weights with "embedding" in their name. Default true. */
  excludeEmbeddings?: boolean
}

/** Coefficients of the quintic by its author. */
const [A, B, C] = [3.4445, -4.775, 2.0315]

/** x: [M, N] → nearly U·Vᵀ of its singular value decomposition. */
const orthogonalized = (x: SymbolicTensor, steps: number): SymbolicTensor => {
  const [rows, columns] = x.shape as readonly [number, number]
  const tall = rows > columns
  let y = ops.div(x, ops.add(norm(x), 1e-7))
  for (let i = 0; i < steps; i++) {
    const square = tall ? ops.matmul(y, y, true) : ops.matmul(y, y, false, true)
    const inner = ops.mulAdd(ops.matmul(square, square), C, ops.mul(square, B))
    y = ops.mulAdd(y, A, tall ? ops.matmul(y, inner) : ops.matmul(inner, y))
  }
  return y
}

export class Muon extends Moments {
  readonly type = 'muon'
  override readonly rowWise = false
  readonly #own: Required<Omit<MuonOptions, keyof MomentsOptions>>

  constructor(options: MuonOptions = {}) {
    const type = 'muon'
    const { adamBeta1 = 0.9, adamBeta2 = 0.999, weightDecay = 0.004, rmsRate = 0.2 } = options
    belowOne(type, 'adamBeta1', adamBeta1)
    belowOne(type, 'adamBeta2', adamBeta2)
    super(type, { ...options, weightDecay, beta1: adamBeta1, beta2: adamBeta2 })
    const { adamWeightDecay = 0.004, excludeLayers = [] } = options
    this.#own = {
      adamBeta1,
      adamBeta2,
      adamWeightDecay:
        adamWeightDecay === null ? null : notNegative(type, 'adamWeightDecay', adamWeightDecay),
      adamLrRatio: notNegative(type, 'adamLrRatio', options.adamLrRatio ?? 1),
      momentum: belowOne(type, 'momentum', options.momentum ?? 0.95),
      nesterov: flag(type, 'nesterov', options.nesterov ?? true),
      nsSteps: positiveWhole(type, 'nsSteps', options.nsSteps ?? 5),
      rmsRate: rmsRate === null ? null : positive(type, 'rmsRate', rmsRate),
      excludeLayers: texts(type, 'excludeLayers', excludeLayers),
      excludeEmbeddings: flag(type, 'excludeEmbeddings', options.excludeEmbeddings ?? true),
    }
  }

  #usesAdam({ shape, path, name }: Variable): boolean {
    const { excludeLayers, excludeEmbeddings } = this.#own
    const own = path ?? name
    const isEmbedding = excludeEmbeddings && own.toLowerCase().includes('embedding')
    return shape.length !== 2 || isEmbedding || excludeLayers.some((part) => own.includes(part))
  }

  protected override makeSlots(variable: Variable): readonly Variable[] {
    if (this.#usesAdam(variable)) return super.makeSlots(variable)
    return [filledSlot('momentum', variable.shape)]
  }

  protected override decayOf(variable: Variable): number | null {
    return this.#usesAdam(variable) ? this.#own.adamWeightDecay : this.weightDecay
  }

  protected step(update: Update, slots: readonly Variable[]): SymbolicTensor {
    return this.#usesAdam(update.variable) ? this.#adam(update, slots) : this.#muon(update, slots)
  }

  /** w ← w − rate·m / (√v + ε), as `adam` */
  #adam(update: Update, slots: readonly Variable[]): SymbolicTensor {
    const { graph, weight } = update
    const [m, v] = this.moments(update, slots)
    const learningRate = ops.mul(update.learningRate, this.#own.adamLrRatio)
    const rate = ops.neg(this.corrections.rate(graph, learningRate))
    return ops.mulAdd(ops.divSqrt(m, v, this.epsilon), rate, weight)
  }

  /** m ← μ·m + g; w ← w − η·√(longer side)·rmsRate·orthogonalized(g + μ·m) */
  #muon(update: Update, slots: readonly Variable[]): SymbolicTensor {
    const { graph, gradient, variable } = update
    const { momentum, nesterov, nsSteps, rmsRate } = this.#own
    const [slot] = slots as readonly [Variable]
    const m = ops.flush(ops.mulAdd(graph.state(slot), momentum, gradient))
    graph.assign(slot, m)
    const direction = nesterov ? ops.mulAdd(m, momentum, gradient) : m
    const scale = rmsRate === null ? 1 : Math.sqrt(Math.max(...variable.shape)) * rmsRate
    return this.stepped(update, ops.mul(orthogonalized(direction, nsSteps), scale))
  }

  protected override ownConfig() {
    const { epsilon } = this
    return { epsilon, ...this.#own, excludeLayers: [...this.#own.excludeLayers] } as never
  }
}

/** Steps that turn a matrix in all directions alike. */
export const muon = (options: MuonOptions = {}): Muon => new Muon(options)
