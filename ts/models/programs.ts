// The programs of a model, as graphs: first values, a training step (whole, or in shards),
// evaluation, prediction. It runs nothing.

import { Graph, type Program, type SymbolicTensor } from '../graph.ts'
import { type GraphPass, type Lookup, passOver } from '../layers/pass.ts'
import * as ops from '../ops.ts'
import type { Optimizer } from '../optimizers/optimizer.ts'
import { takesRows, updateAll } from '../optimizers/update.ts'
import { Variable } from '../variable.ts'
import { compared, inPlaces } from './compared.ts'
import type { Compiled } from './compiled.ts'
import { type Network, trainableOf } from './network.ts'
import type { Placed } from './placing.ts'
import type { Rows } from './rows.ts'
import { rngWords, type Seed } from './seed.ts'

/** Input of programs that change weights: f32 []. */
export const LEARNING_RATE = 'learningRate'
/** Outputs. */
export const LOSS = 'loss'
export const predictionOutput = (index: number): string => `prediction ${index}`
export const lossOutput = (index: number): string => `loss ${index}`
export const metricOutput = (index: number): string => `metric ${index}`

export interface Trained {
  readonly network: Network
  readonly compiled: Compiled
}

/** Gives variables their first values. */
export const initProgram = (placed: readonly Omit<Placed, 'layer'>[], seed: Seed): Program => {
  const graph = new Graph()
  const rng = graph.constant(Int32Array.from(rngWords(seed, 0, 0)))
  for (const { variable, stream } of placed) {
    graph.assign(variable, variable.initialize(variable.shape, { graph, rng, stream }))
  }
  return graph.finish()
}

interface Extent {
  /** Samples of the graph. */
  readonly count: number
  /** Samples of the step: more where the graph is a shard. */
  readonly total: number
  readonly training: boolean
}

/** Regularizers of trained weights, then what layers added; a shard has its part of it. */
const addedLoss = (network: Network, pass: GraphPass, part: number): SymbolicTensor[] => {
  const penalties = trainableOf(network).flatMap((variable) =>
    variable.regularizer ? [variable.regularizer.call(pass.read(variable))] : [],
  )
  return [...penalties, ...pass.losses].map((x) => (part === 1 ? x : ops.mul(x, part)))
}

/** The loss of each output, those of all, and the sums of each metric, all as outputs. */
const forward = (
  { network, compiled }: Trained,
  graph: Graph,
  rows: Rows,
  { count, total, training }: Extent,
): { pass: GraphPass; loss: SymbolicTensor } => {
  const { x, y, weights } = rows.take(graph, count)
  const pass = passOver(graph, training, undefined, network.streams, true)
  const yPred = network.apply(x, pass) as SymbolicTensor[]
  const parts = compiled.tasks.flatMap(({ loss, weight }, i) => {
    if (!loss) return []
    const own = compared(loss, y[i], yPred[i] as SymbolicTensor, weights[i], total)
    if (compiled.lossKeys.has(i)) graph.output(lossOutput(i), own)
    return [weight === 1 ? own : ops.mul(own, weight)]
  })
  const loss = [...parts, ...addedLoss(network, pass, count / total)].reduce(ops.add)
  graph.output(LOSS, loss)
  for (const [i, { metric, weighted, output }] of compiled.metrics.entries()) {
    const given = yPred[output] as SymbolicTensor
    const each = (weighted && weights[output]) || graph.fill(1, [count])
    const sums = metric.sums(y[output] as SymbolicTensor, given, inPlaces(each, given))
    graph.output(metricOutput(i), sums)
  }
  return { pass, loss }
}

const update = (
  graph: Graph,
  optimizer: Optimizer,
  variables: readonly Variable[],
  gradients: readonly SymbolicTensor[],
  lookups: readonly (Lookup | undefined)[] = [],
): void => {
  if (variables.length === 0) return
  const learningRate = graph.input(LEARNING_RATE, 'float32', [])
  updateAll(graph, optimizer, variables, gradients, learningRate, lookups)
}

/** Gradients of equal rows are added at the first of them; those of the others become 0. */
const atFirst = (gradient: SymbolicTensor, lookup: Lookup | undefined): SymbolicTensor =>
  lookup
    ? ops.scatterAddRows(gradient, ops.firstPlaces(lookup.idx), lookup.idx.shape[0] as number)
    : gradient

/** A whole training step. */
const wholeStep = (model: Trained, rows: Rows, batch: number): Program => {
  const graph = new Graph()
  const extent = { count: batch, total: batch, training: true }
  const { pass, loss } = forward(model, graph, rows, extent)
  const { optimizer } = model.compiled
  const variables = trainableOf(model.network)
  const lookups = variables.map((variable) =>
    takesRows(optimizer, variable) ? pass.lookups.get(variable) : undefined,
  )
  const weights = variables.map((variable, i) => lookups[i]?.rows ?? pass.read(variable))
  const all = weights.length > 0 ? graph.gradients(loss, weights) : []
  const gradients = all.map((gradient, i) => atFirst(gradient, lookups[i]))
  update(graph, optimizer, variables, gradients, lookups)
  for (const [variable, value] of pass.assigned) graph.assign(variable, value)
  return graph.finish()
}

/** A program of a part of the batch, and the variables whose new values it leaves in slots. */
interface Shard {
  readonly program: Program
  readonly assigned: readonly Variable[]
}

/** The gradients of a part of the batch and what its layers assigned, kept in `slots`. */
const shardStep = (
  model: Trained,
  rows: Rows,
  extent: Omit<Extent, 'training'>,
  slot: (variable: Variable) => Variable,
): Shard => {
  const graph = new Graph()
  const { pass, loss } = forward(model, graph, rows, { ...extent, training: true })
  const variables = trainableOf(model.network)
  const weights = variables.map((variable) => pass.read(variable))
  for (const [i, gradient] of graph.gradients(loss, weights).entries()) {
    graph.assign(slot(variables[i] as Variable), gradient)
  }
  for (const [variable, value] of pass.assigned) graph.assign(slot(variable), value)
  return { program: graph.finish(), assigned: [...variables, ...pass.assigned.keys()] }
}

/** Σ of the shards, in their order. */
const summed = (parts: readonly SymbolicTensor[]): SymbolicTensor => parts.reduce(ops.add)

/** Whole numbers have no mean: those of the first shard count. */
const meanOf = (parts: readonly SymbolicTensor[]): SymbolicTensor =>
  parts[0]?.dtype === 'float32' ? ops.div(summed(parts), parts.length) : (parts[0] as never)

/**
 * Adds the gradients of the shards, in their order, and changes the weights; what layers assigned
 * becomes the mean over the shards.
 */
const updateStep = (
  { network, compiled }: Trained,
  assigned: readonly Variable[],
  shards: number,
  slots: GradientSlots,
): Program => {
  const graph = new Graph()
  const variables = trainableOf(network)
  const parts = (variable: Variable) =>
    Array.from({ length: shards }, (_, i) => graph.state(slots(i, variable)))
  update(
    graph,
    compiled.optimizer,
    variables,
    variables.map((variable) => summed(parts(variable))),
  )
  for (const variable of assigned.slice(variables.length)) {
    graph.assign(variable, meanOf(parts(variable)))
  }
  return graph.finish()
}

/** A program that sees samples `from..to` of each step. */
export interface Part {
  readonly program: Program
  readonly from: number
  readonly to: number
}

/** The programs of one step, in the order in which they run. */
export interface StepPrograms {
  /** Samples a step. */
  readonly batch: number
  readonly parts: readonly Part[]
  /** Runs after all parts, where there are several. */
  readonly update: Program | undefined
  /** What each part leaves for the update. */
  readonly exchange: readonly (readonly Variable[])[]
  /** Nothing is assigned, so that steps may run in any order. */
  readonly pure: boolean
}

export const programsOf = ({ parts, update }: StepPrograms): Program[] => [
  ...parts.map(({ program }) => program),
  ...(update ? [update] : []),
]

const single = (batch: number, program: Program, pure = false): StepPrograms => ({
  batch,
  pure,
  parts: [{ program, from: 0, to: batch }],
  update: undefined,
  exchange: [],
})

/**
 * Where shard `shard` leaves the gradient, or the new value, of a variable for the update; the
 * same for all batch sizes.
 */
export type GradientSlots = (shard: number, variable: Variable) => Variable

export const gradientSlots = (): GradientSlots => {
  const made = new Map<string, Variable>()
  return (shard, variable) => {
    const key = `${shard} ${variable.key}`
    const slot = made.get(key) ?? slotLike(variable)
    made.set(key, slot)
    return slot
  }
}

const slotLike = ({ shape, dtype }: Variable): Variable =>
  new Variable({
    name: 'shard',
    shape,
    dtype,
    trainable: false,
    initialize: (own, { graph }) => graph.fill(0, own),
  })

/** A training step, cut into `shards` parts (fewer where the batch is smaller). */
export const trainPrograms = (
  model: Trained,
  rows: Rows,
  batch: number,
  shards: number,
  slots: GradientSlots,
): StepPrograms => {
  const count = Math.min(shards, batch)
  if (count === 1 || trainableOf(model.network).length === 0) {
    return single(batch, wholeStep(model, rows, batch))
  }
  const cuts = Array.from({ length: count + 1 }, (_, i) => Math.floor((i * batch) / count))
  const made = Array.from({ length: count }, (_, i) => {
    const [from, to] = [cuts[i] as number, cuts[i + 1] as number]
    const extent = { count: to - from, total: batch }
    return { from, to, ...shardStep(model, rows, extent, (variable) => slots(i, variable)) }
  })
  const assigned = made[0]?.assigned ?? []
  return {
    batch,
    pure: false,
    parts: made.map(({ program, from, to }) => ({ program, from, to })),
    update: updateStep(model, assigned, count, slots),
    exchange: made.map((_, i) => assigned.map((variable) => slots(i, variable))),
  }
}

/** A step that trains nothing; what layers assigned, such as states of sequences, it keeps. */
const plainStep = (batch: number, graph: Graph, { assigned }: GraphPass): StepPrograms => {
  for (const [variable, value] of assigned) graph.assign(variable, value)
  return single(batch, graph.finish(), assigned.size === 0)
}

/** Loss and metrics without training. */
export const evaluationPrograms = (model: Trained, rows: Rows, batch: number): StepPrograms => {
  const graph = new Graph()
  const { pass } = forward(model, graph, rows, { count: batch, total: batch, training: false })
  return plainStep(batch, graph, pass)
}

/** The network's output. */
export const predictionPrograms = (network: Network, rows: Rows, batch: number): StepPrograms => {
  const graph = new Graph()
  const { x } = rows.take(graph, batch)
  const pass = passOver(graph, false, undefined, network.streams, true)
  const ys = network.apply(x, pass)
  for (const [i, y] of ys.entries()) graph.output(predictionOutput(i), y)
  return plainStep(batch, graph, pass)
}
