// An optimizer's step on a tree of weights, for training loops of one's own.

import { badArgument } from '../checks.ts'
import { GradloomError } from '../errors.ts'
import type { Graph, SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import type { Optimizer } from '../optimizers/optimizer.ts'
import { type OptimizerSpec, optimizerOf } from '../optimizers/registry.ts'
import type { Schedule } from '../schedules/schedule.ts'
import { type Shape, sameShape, showShape } from '../shape.ts'
import { Tensor } from '../tensor.ts'
import { Variable } from '../variable.ts'
import { type SymbolicFunction, traced } from './traced.ts'
import { asLeaf, isSymbolic, leavesOf, type Mapped, rebuilt } from './tree.ts'

/** What an optimizer keeps between steps: pass it on to the next one. */
export interface OptimizerState<Leaf = Tensor> {
  /** Steps done: f32 []. */
  readonly step: Leaf
  readonly slots: readonly Leaf[]
}

/** New weights and the state that goes with them. */
export interface Applied<Params, Leaf> {
  readonly params: Params
  readonly state: OptimizerState<Leaf>
}

/** A step of an optimizer. Without a state it is the first one. */
export interface ApplyGradients {
  /** Within a function: `learningRate` takes the place of a schedule. */
  <Params>(
    params: Params & Mapped<Params, SymbolicTensor>,
    grads: unknown,
    state?: OptimizerState<SymbolicTensor>,
    learningRate?: SymbolicTensor | number,
  ): Applied<Params, SymbolicTensor>
  <Params>(
    params: Params,
    grads: unknown,
    state?: OptimizerState,
    learningRate?: number,
  ): Promise<Applied<Params, Tensor>>
}

/** Stands for a weight in the optimizer's formulas; its numbers are lent by the caller. */
const weightLike = (name: string, shape: Shape): Variable =>
  new Variable({ name, shape, initialize: (own, { graph }) => graph.fill(0, own) })

const checkAlike = (params: readonly Tensor[] | readonly SymbolicTensor[], grads: unknown[]) => {
  const shapes = grads.map((x) => (isSymbolic(x) ? x : asLeaf(x)).shape)
  const odd = params.findIndex(({ shape }, i) => !sameShape(shape, shapes[i] ?? [-1]))
  if (odd < 0 && params.length === grads.length) return
  const given = shapes[odd] ? showShape(shapes[odd]) : 'none'
  throw new GradloomError(
    'shape',
    `applyGradients: weight ${odd} is ${showShape(params[odd]?.shape ?? [])}, its gradient is ` +
      `${given}; pass the gradients of just these weights.`,
  )
}

type State<Leaf> = OptimizerState<Leaf> | undefined

/** An optimizer and the variables that stand for weights in its formulas. */
class Steps {
  readonly #optimizer: Optimizer
  readonly #known = new Map<string, Variable>()
  readonly #numeric: SymbolicFunction

  constructor(optimizer: Optimizer) {
    this.#optimizer = optimizer
    this.#numeric = traced('applyGradients', (params, grads, learningRate, ...slots) =>
      this.#step(params, grads, slots.length > 0 ? slots : undefined, learningRate),
    )
  }

  #variableFor(i: number, shape: Shape): Variable {
    const key = `${i} ${shape}`
    const variable = this.#known.get(key) ?? weightLike(`${i}`, shape)
    this.#known.set(key, variable)
    return variable
  }

  #lend(graph: Graph, kept: readonly Variable[], slots: readonly SymbolicTensor[] | undefined) {
    if (slots && slots.length !== kept.length) {
      throw badArgument('applyGradients', 'state', slots.length, 'what the last step returned')
    }
    const rng = graph.constant(new Int32Array(4))
    for (const [i, slot] of kept.entries()) {
      const value = slots?.[i] ?? slot.initialize(slot.shape, { graph, rng, stream: 2 * i })
      graph.lend(slot, value)
    }
  }

  /** New weights and slots, as graph nodes. */
  #step(
    params: unknown,
    grads: unknown,
    slots: readonly SymbolicTensor[] | undefined,
    learningRate: SymbolicTensor,
  ) {
    const optimizer = this.#optimizer
    const weights = leavesOf('applyGradients', params) as SymbolicTensor[]
    const gradients = leavesOf('applyGradients', grads) as SymbolicTensor[]
    checkAlike(weights, gradients)
    const { graph } = learningRate
    const variables = weights.map(({ shape }, i) => this.#variableFor(i, shape))
    const kept = [...optimizer.shared, ...variables.flatMap((x) => optimizer.slots(x))]
    this.#lend(graph, kept, slots)
    this.#lend(graph, variables, weights)
    const clipped = optimizer.clip(gradients)
    optimizer.begin(graph)
    for (const [i, weight] of weights.entries()) {
      const [variable, gradient] = [variables[i] as Variable, clipped[i] as SymbolicTensor]
      optimizer.update({ graph, variable, weight, gradient, learningRate })
    }
    const returned = variables.map((variable) => graph.returned(variable))
    return { params: rebuilt(params, returned), slots: kept.map((slot) => graph.returned(slot)) }
  }

  #rateAt(done: number): number {
    const { learningRate } = this.#optimizer
    return typeof learningRate === 'number' ? learningRate : learningRate.at(done)
  }

  /** On numbers, in the workers. */
  async compute(params: unknown, grads: unknown, state: State<Tensor>, rate?: number) {
    checkAlike(leavesOf('applyGradients', params).map(asLeaf), leavesOf('applyGradients', grads))
    const done = state?.step.elements[0] ?? 0
    const slots = state?.slots ?? []
    const made = this.#numeric(params, grads, rate ?? this.#rateAt(done), ...slots)
    const result = (await made) as { params: unknown; slots: readonly Tensor[] }
    const step = new Tensor<'float32'>(Float32Array.of(done + 1), [])
    return { params: result.params, state: { step, slots: result.slots } }
  }

  /** Within another function. */
  describe(
    graph: Graph,
    params: unknown,
    grads: unknown,
    state: State<SymbolicTensor>,
    rate: SymbolicTensor | number | Schedule = this.#optimizer.learningRate,
  ) {
    if (typeof rate === 'object' && !isSymbolic(rate)) {
      throw badArgument('applyGradients', 'learningRate', 'a schedule', 'passed to the call here')
    }
    const learningRate = isSymbolic(rate) ? rate : graph.fill(rate)
    const result = this.#step(params, grads, state?.slots, learningRate)
    const step = ops.add(state?.step ?? graph.fill(0), 1)
    return { params: result.params, state: { step, slots: result.slots } }
  }
}

/**
 * Steps of an optimizer on trees of tensors: `const update = applyGradients(optimizers.adam())`,
 * then `;({ params, state } = await update(params, grads, state))`.
 */
export const applyGradients = (spec: OptimizerSpec): ApplyGradients => {
  const optimizer = optimizerOf(spec)
  if (optimizer.cadence?.isPlain === false) {
    throw badArgument('applyGradients', 'optimizer', optimizer.type, 'without sums and means')
  }
  const steps = new Steps(optimizer)
  return ((params: unknown, grads: unknown, state?: never, rate?: never) => {
    const graph = leavesOf('applyGradients', params).find(isSymbolic)?.graph
    return graph
      ? steps.describe(graph, params, grads, state, rate)
      : steps.compute(params, grads, state, rate)
  }) as ApplyGradients
}
