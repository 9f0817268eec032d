// What all optimizers share: the learning rate, clipping, weight decay, and slots beside each
// weight. The formulas are in one file each.

import { notNegative } from '../checks.ts'
import type { Graph, SymbolicTensor } from '../graph.ts'
import type { Config } from '../layers/layer.ts'
import * as ops from '../ops.ts'
import { type LearningRate, learningRateConfig, learningRateOf } from '../schedules/registry.ts'
import type { Schedule } from '../schedules/schedule.ts'
import type { Variable } from '../variable.ts'
import { Cadence, type CadenceOptions, zeroSlot } from './cadence.ts'
import { type ClipOptions, type Clipping, clipping } from './clipping.ts'
import type { Optimizer, Update } from './optimizer.ts'

/** Options that every optimizer takes. */
export interface OptimizerOptions extends ClipOptions, CadenceOptions {
  /** A number or a schedule. Default 0.001 (SGD: 0.01). */
  learningRate?: LearningRate
  /** Every weight loses this part, times the learning rate, before each update. Default none. */
  weightDecay?: number | null
}

export { zeroSlot } from './cadence.ts'

export abstract class BaseOptimizer implements Optimizer {
  abstract readonly type: string
  readonly shared: readonly Variable[] = []
  readonly cadence: Cadence
  readonly weightDecay: number | null
  readonly #subject: string
  readonly #slots = new WeakMap<Variable, readonly Variable[]>()
  readonly #clipping: Clipping
  #learningRate: number | Schedule

  constructor(subject: string, options: OptimizerOptions, learningRate = 0.001) {
    this.#subject = subject
    this.#learningRate = learningRateOf(subject, options.learningRate ?? learningRate)
    this.#clipping = clipping(subject, options)
    this.cadence = new Cadence(subject, options)
    const decay = options.weightDecay ?? null
    this.weightDecay = decay === null ? null : notNegative(subject, 'weightDecay', decay)
  }

  get learningRate(): number | Schedule {
    return this.#learningRate
  }

  set learningRate(rate: number | Schedule) {
    this.#learningRate = learningRateOf(this.#subject, rate)
  }

  /** Names of the slots of a weight, in the order in which `step` gets them. */
  protected abstract slotNames(): readonly string[]

  /** Assigns the slots and returns the new weight; `update.weight` has decayed already. */
  protected abstract step(update: Update, slots: readonly Variable[]): SymbolicTensor

  /** Config of the options that only this optimizer has. */
  protected abstract ownConfig(): Config

  slots(variable: Variable): readonly Variable[] {
    const known = this.#slots.get(variable)
    if (known) return known
    const made = this.slotNames().map((name) => zeroSlot(name, variable.shape))
    this.#slots.set(variable, made)
    return made
  }

  clip(gradients: readonly SymbolicTensor[]): readonly SymbolicTensor[] {
    return this.#clipping.clip(gradients)
  }

  begin(_graph: Graph): void {}

  update(update: Update): void {
    const { graph, variable } = update
    const decayed = { ...update, weight: this.#decayed(update) }
    graph.assign(variable, this.step(decayed, this.slots(variable)))
  }

  /** w − w·weightDecay·learningRate */
  #decayed({ weight, learningRate }: Update): SymbolicTensor {
    if (!this.weightDecay) return weight
    return ops.mulAdd(weight, ops.mul(learningRate, -this.weightDecay), weight)
  }

  config(): Config {
    return {
      learningRate: learningRateConfig(this.#learningRate),
      weightDecay: this.weightDecay,
      ...this.#clipping.config,
      ...(this.cadence.isPlain ? {} : this.cadence.config),
      ...this.ownConfig(),
    }
  }
}
