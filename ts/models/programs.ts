// The programs of a model, as graphs: first values, a training step (whole, or in shards),
// evaluation, prediction. It runs nothing.

import { sumAll } from '../composites.ts'
import { Graph, type Program, type SymbolicTensor } from '../graph.ts'
import type { Pass } from '../layers/layer.ts'
import * as ops from '../ops.ts'
import type { Optimizer } from '../optimizers/optimizer.ts'
import { Variable } from '../variable.ts'
import type { Compiled } from './compiled.ts'
import { type Network, type Placed, trainableOf } from './network.ts'
import { passOver } from './pass.ts'
import type { Rows } from './rows.ts'
import { rngWords, type Seed } from './seed.ts'

/** Input of programs that change weights: f32 []. */
export const LEARNING_RATE = 'learningRate'
/** Outputs. */
export const LOSS = 'loss'
export const PREDICTION = 'prediction'
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

/** loss = Σ weight·loss of the sample / total (or the sum itself), and each metric's sums: outputs. */
const forward = (
  { network, compiled }: Trained,
  graph: Graph,
  rows: Rows,
  { count, total, training }: Extent,
): { pass: Pass; loss: SymbolicTensor } => {
  const { x, y, weights } = rows.take(graph, count)
  const pass = passOver(graph, training)
  const yPred = network.apply(x, pass)
  const yTrue = y as SymbolicTensor
  const losses = compiled.loss.call(yTrue, yPred)
  const divisor = compiled.loss.reduction === 'sum' ? 1 : total
  const loss = ops.div(sumAll(weights ? ops.mul(losses, weights) : losses), divisor)
  graph.output(LOSS, loss)
  for (const [i, { metric, weighted }] of compiled.metrics.entries()) {
    const counted = (weighted && weights) || graph.fill(1, [count])
    graph.output(metricOutput(i), metric.sums(yTrue, yPred, counted))
  }
  return { pass, loss }
}

/** Clips the gradients and assigns the weights and slots. */
const update = (
  graph: Graph,
  optimizer: Optimizer,
  variables: readonly Variable[],
  gradients: readonly SymbolicTensor[],
): void => {
  if (variables.length === 0) return
  const learningRate = graph.input(LEARNING_RATE, 'float32', [])
  const clipped = optimizer.clip(gradients)
  optimizer.begin(graph)
  for (const [i, variable] of variables.entries()) {
    const gradient = clipped[i] as SymbolicTensor
    optimizer.update({ graph, variable, weight: graph.state(variable), gradient, learningRate })
  }
}

/** A whole training step. */
const wholeStep = (model: Trained, rows: Rows, batch: number): Program => {
  const graph = new Graph()
  const extent = { count: batch, total: batch, training: true }
  const { pass, loss } = forward(model, graph, rows, extent)
  const variables = trainableOf(model.network)
  const weights = variables.map((variable) => pass.read(variable))
  const gradients = weights.length > 0 ? graph.gradients(loss, weights) : []
  update(graph, model.compiled.optimizer, variables, gradients)
  return graph.finish()
}

/** The gradients of a part of the batch, kept in `slots`. */
const shardStep = (
  model: Trained,
  rows: Rows,
  extent: Omit<Extent, 'training'>,
  slots: readonly Variable[],
): Program => {
  const graph = new Graph()
  const { pass, loss } = forward(model, graph, rows, { ...extent, training: true })
  const weights = trainableOf(model.network).map((variable) => pass.read(variable))
  for (const [i, gradient] of graph.gradients(loss, weights).entries()) {
    graph.assign(slots[i] as Variable, gradient)
  }
  return graph.finish()
}

/** Adds the gradients of the shards, in their order, and changes the weights. */
const updateStep = ({ network, compiled }: Trained, slots: readonly Variable[][]): Program => {
  const graph = new Graph()
  const variables = trainableOf(network)
  const gradients = variables.map((_, i) =>
    slots
      .map((shard) => graph.state(shard[i] as Variable))
      .reduce((sum, gradient) => ops.add(sum, gradient)),
  )
  update(graph, compiled.optimizer, variables, gradients)
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
}

export const programsOf = ({ parts, update }: StepPrograms): Program[] => [
  ...parts.map(({ program }) => program),
  ...(update ? [update] : []),
]

const single = (batch: number, program: Program): StepPrograms => ({
  batch,
  parts: [{ program, from: 0, to: batch }],
  update: undefined,
  exchange: [],
})

/** Gradients of shard `shard` between the programs of a step; the same for all batch sizes. */
export type GradientSlots = (shard: number) => Variable[]

export const gradientSlots = (network: Network): GradientSlots => {
  const made = new Map<number, Variable[]>()
  return (shard) => {
    const slots =
      made.get(shard) ??
      trainableOf(network).map(
        ({ shape }) =>
          new Variable({
            name: 'gradient',
            shape,
            trainable: false,
            initialize: (own, { graph }) => graph.fill(0, own),
          }),
      )
    made.set(shard, slots)
    return slots
  }
}

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
  const kept = Array.from({ length: count }, (_, i) => slots(i))
  const parts = kept.map((own, i) => {
    const [from, to] = [cuts[i] as number, cuts[i + 1] as number]
    return { program: shardStep(model, rows, { count: to - from, total: batch }, own), from, to }
  })
  return { batch, parts, update: updateStep(model, kept), exchange: kept }
}

/** Loss and metrics without training. */
export const evaluationPrograms = (model: Trained, rows: Rows, batch: number): StepPrograms => {
  const graph = new Graph()
  forward(model, graph, rows, { count: batch, total: batch, training: false })
  return single(batch, graph.finish())
}

/** The network's output. */
export const predictionPrograms = (network: Network, rows: Rows, batch: number): StepPrograms => {
  const graph = new Graph()
  const { x } = rows.take(graph, batch)
  graph.output(PREDICTION, network.apply(x, passOver(graph, false)))
  return single(batch, graph.finish())
}
