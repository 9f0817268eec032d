// What may surround any optimizer's update: gradients that are summed over several steps, and means
// of the weights over the steps, as in Keras 3.

import { badArgument, belowOne, flag, positiveWhole } from '../checks.ts'
import type { Graph, SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import { Variable } from '../variable.ts'

export interface CadenceOptions {
  /** Steps whose gradients are averaged before the weights change. Default: each step counts. */
  gradientAccumulationSteps?: number | null
  /** Whether means of the weights over the steps are kept. Default false. */
  useEma?: boolean
  /** Part of these means that is kept in a step. Default 0.99. */
  emaMomentum?: number
  /** The weights become their means after so many updates. Default: at the end of `fit`. */
  emaOverwriteFrequency?: number | null
}

/** A variable that is saved with the model but not trained; of zeros unless said. */
export const filledSlot = (name: string, shape: readonly number[], value = 0): Variable =>
  new Variable({
    name,
    shape,
    trainable: false,
    initialize: (own, { graph }) => graph.fill(value, own),
  })

/** What happened in a step, as graph nodes. */
interface Step {
  /** 1 where the weights change, else 0; absent where they always do. */
  readonly isUpdate: SymbolicTensor | undefined
  readonly gradients: readonly SymbolicTensor[]
}

export class Cadence {
  readonly config: Readonly<Required<CadenceOptions>>
  /** Steps since the weights changed, mod `gradientAccumulationSteps`. */
  readonly #phase = filledSlot('accumulated', [])
  /** 1 once there are means. */
  readonly #averaged = filledSlot('averaged', [])
  /** Updates since the weights became their means. */
  readonly #cycle = filledSlot('averagedUpdates', [])

  constructor(subject: string, options: CadenceOptions) {
    const { gradientAccumulationSteps, useEma, emaMomentum, emaOverwriteFrequency } = options
    const steps = gradientAccumulationSteps ?? null
    const every = emaOverwriteFrequency ?? null
    if (steps !== null && !(positiveWhole(subject, 'gradientAccumulationSteps', steps) >= 2)) {
      throw badArgument(subject, 'gradientAccumulationSteps', steps, '2 or more')
    }
    this.config = {
      gradientAccumulationSteps: steps,
      useEma: flag(subject, 'useEma', useEma ?? false),
      emaMomentum: belowOne(subject, 'emaMomentum', emaMomentum ?? 0.99),
      emaOverwriteFrequency:
        every === null ? null : positiveWhole(subject, 'emaOverwriteFrequency', every),
    }
  }

  get isPlain(): boolean {
    return this.config.gradientAccumulationSteps === null && !this.config.useEma
  }

  get shared(): readonly Variable[] {
    const { gradientAccumulationSteps, useEma, emaOverwriteFrequency } = this.config
    return [
      ...(gradientAccumulationSteps === null ? [] : [this.#phase]),
      ...(useEma ? [this.#averaged] : []),
      ...(useEma && emaOverwriteFrequency !== null ? [this.#cycle] : []),
    ]
  }

  /** Slots of one weight: the sum of its gradients, its mean. */
  slots({ shape }: Variable): readonly Variable[] {
    return [
      ...(this.config.gradientAccumulationSteps === null ? [] : [filledSlot('gradientSum', shape)]),
      ...(this.config.useEma ? [filledSlot('average', shape)] : []),
    ]
  }

  /** acc ← acc + g, or 0 when the weights change, by the mean of the gradients. */
  begin(
    graph: Graph,
    sums: readonly (Variable | undefined)[],
    gradients: readonly SymbolicTensor[],
  ): Step {
    const steps = this.config.gradientAccumulationSteps
    if (steps === null) return { isUpdate: undefined, gradients }
    const phase = graph.state(this.#phase)
    const isUpdate = ops.equal(phase, steps - 1)
    graph.assign(this.#phase, ops.where(isUpdate, 0, ops.add(phase, 1)))
    const totals = gradients.map((g, i) => ops.add(g, graph.state(sums[i] as Variable)))
    for (const [i, total] of totals.entries()) {
      graph.assign(sums[i] as Variable, ops.where(isUpdate, 0, total))
    }
    return { isUpdate, gradients: totals.map((total) => ops.div(total, steps)) }
  }

  /** What was assigned takes effect only where the weights change. */
  hold(graph: Graph, { isUpdate }: Step, assigned: readonly Variable[]): void {
    if (!isUpdate) return
    for (const variable of assigned) {
      const next = graph.assigned.get(variable) as SymbolicTensor
      graph.reassign(variable, ops.where(isUpdate, next, graph.state(variable)))
    }
  }

  /** mean ← mean + (w − mean)·(1 − momentum), the first time w; then perhaps w ← mean. */
  average(
    graph: Graph,
    { isUpdate }: Step,
    weights: readonly Variable[],
    means: readonly (Variable | undefined)[],
  ): void {
    const { useEma, emaMomentum } = this.config
    if (!useEma) return
    const averaged = graph.state(this.#averaged)
    graph.assign(this.#averaged, isUpdate ? ops.maximum(averaged, isUpdate) : graph.fill(1))
    const part = ops.sub(1, ops.mul(averaged, emaMomentum))
    const overwrites = this.#overwrites(graph, isUpdate)
    for (const [i, variable] of weights.entries()) {
      const weight = graph.assigned.get(variable) ?? graph.state(variable)
      const mean = ops.lerp(graph.state(means[i] as Variable), weight, part)
      graph.assign(means[i] as Variable, mean)
      if (overwrites) graph.reassign(variable, ops.where(overwrites, mean, weight))
    }
  }

  #overwrites(graph: Graph, isUpdate: SymbolicTensor | undefined): SymbolicTensor | undefined {
    const every = this.config.emaOverwriteFrequency
    if (every === null) return undefined
    const cycle = graph.state(this.#cycle)
    const isDue = ops.equal(cycle, every - 1)
    const next = ops.where(isDue, 0, ops.add(cycle, 1))
    graph.assign(this.#cycle, isUpdate ? ops.where(isUpdate, next, cycle) : next)
    return isDue
  }
}
