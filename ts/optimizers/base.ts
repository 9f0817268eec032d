// What all optimizers share: the learning rate, clipping, weight decay, and slots beside each
// weight. The formulas are in one file each.

import { badArgument, notNegative, texts } from '../checks.ts'
import type { Graph, SymbolicTensor } from '../graph.ts'
import type { Config } from '../layers/layer.ts'
import * as ops from '../ops.ts'
import {
  type LearningRate,
  learningRateConfig,
  learningRateOf,
} from '../schedules/learning-rate.ts'
import type { Schedule } from '../schedules/schedule.ts'
import type { Variable } from '../variable.ts'
import { Cadence, type CadenceOptions, filledSlot } from './cadence.ts'
import { type ClipOptions, type Clipping, clipping } from './clipping.ts'
import type { Optimizer, Update } from './optimizer.ts'

/** Options that every optimizer takes. */
export interface OptimizerOptions extends ClipOptions, CadenceOptions {
  /** A number or a schedule. Default 0.001 (SGD: 0.01). */
  learningRate?: LearningRate
  /** Every weight loses this part, times the learning rate, before each update. Default none. */
  weightDecay?: number | null
  /** Weights whose name (`layer/kernel`) contains one of these do not decay. Default none. */
  excludeFromWeightDecay?: readonly string[]
  /**
   * Factors of the learning rate of the weights whose name (`layer/kernel`) contains the key; the
   * first that fits counts. Default none.
   */
  learningRateFactors?: Readonly<Record<string, number>>
}

export { filledSlot } from './cadence.ts'

const nameOf = ({ path, name }: Variable): string => path ?? name

export abstract class BaseOptimizer implements Optimizer {
  abstract readonly type: string
  readonly shared: readonly Variable[] = []
  readonly rowWise: boolean = true
  readonly cadence: Cadence
  readonly weightDecay: number | null
  readonly excludeFromWeightDecay: readonly string[]
  readonly learningRateFactors: Readonly<Record<string, number>>
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
    const { excludeFromWeightDecay = [] } = options
    this.excludeFromWeightDecay = texts(subject, 'excludeFromWeightDecay', excludeFromWeightDecay)
    const factors = options.learningRateFactors ?? {}
    if (typeof factors !== 'object' || Array.isArray(factors)) {
      throw badArgument(subject, 'learningRateFactors', factors, "numbers by a weight's name")
    }
    this.learningRateFactors = { ...factors }
    for (const [name, factor] of Object.entries(this.learningRateFactors)) {
      notNegative(subject, `learningRateFactors['${name}']`, factor)
    }
  }

  get learningRate(): number | Schedule {
    return this.#learningRate
  }

  set learningRate(rate: number | Schedule) {
    this.#learningRate = learningRateOf(this.#subject, rate)
  }

  /** Names of the slots of a weight, in the order in which `step` gets them. */
  protected slotNames(): readonly string[] {
    return []
  }

  /** The slots of a weight: zeros of its shape under `slotNames`, unless an optimizer says else. */
  protected makeSlots({ shape }: Variable): readonly Variable[] {
    return this.slotNames().map((name) => filledSlot(name, shape))
  }

  /** Assigns the slots and returns the new weight; `update.weight` has decayed already. */
  protected abstract step(update: Update, slots: readonly Variable[]): SymbolicTensor

  /** Config of the options that only this optimizer has. */
  protected abstract ownConfig(): Config

  slots(variable: Variable): readonly Variable[] {
    const known = this.#slots.get(variable)
    if (known) return known
    const made = this.makeSlots(variable)
    this.#slots.set(variable, made)
    return made
  }

  clip(gradients: readonly SymbolicTensor[]): readonly SymbolicTensor[] {
    return this.#clipping.clip(gradients)
  }

  begin(_graph: Graph): void {}

  update(given: Update): void {
    const { graph, variable } = given
    const update = { ...given, learningRate: this.#rate(given) }
    const decayed = { ...update, weight: this.#decayed(update) }
    graph.assign(variable, this.step(decayed, this.slots(variable)))
  }

  #rate({ variable, learningRate }: Update): SymbolicTensor {
    const factors = Object.entries(this.learningRateFactors)
    const found = factors.find(([name]) => nameOf(variable).includes(name))
    return found ? ops.mul(learningRate, found[1]) : learningRate
  }

  /** Part of a weight that is lost, times the learning rate. */
  protected decayOf(_variable: Variable): number | null {
    return this.weightDecay
  }

  /** w − w·weightDecay·learningRate */
  #decayed({ variable, weight, learningRate }: Update): SymbolicTensor {
    const decay = this.decayOf(variable)
    const kept = this.excludeFromWeightDecay.some((name) => nameOf(variable).includes(name))
    if (!decay || kept) return weight
    return ops.mulAdd(weight, ops.mul(learningRate, -decay), weight)
  }

  config(): Config {
    return {
      learningRate: learningRateConfig(this.#learningRate),
      weightDecay: this.weightDecay,
      excludeFromWeightDecay: [...this.excludeFromWeightDecay],
      learningRateFactors: { ...this.learningRateFactors },
      ...this.#clipping.config,
      ...(this.cadence.isPlain ? {} : this.cadence.config),
      ...this.ownConfig(),
    }
  }
}
