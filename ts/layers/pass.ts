// The walk of layers over one graph: each variable is one node, and random numbers are asked for
// only where a layer draws some.

import { GradloomError } from '../errors.ts'
import type { Graph, SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import type { Variable } from '../variable.ts'
import type { AnyLayer, Pass } from './layer.ts'

/** Input of programs that draw random numbers: i32 [4]. */
export const RNG = 'rng'

/** Between the streams of one layer: more than any model has layers and variables. */
const NEXT_STREAM = 2 ** 20

/** Rows of a table and where they stand in it. */
export interface Lookup {
  readonly rows: SymbolicTensor
  readonly idx: SymbolicTensor
}

export interface GraphPass extends Pass {
  /** Sparse tables; with a look-up if it was the only use of the table. */
  readonly lookups: ReadonlyMap<Variable, Lookup | undefined>
  /** What layers assigned, in the order of their first assignments. */
  readonly assigned: ReadonlyMap<Variable, SymbolicTensor>
  /** What layers added to the loss. */
  readonly losses: readonly SymbolicTensor[]
}

const refuse = (code: 'argument' | 'shape', message: string): GradloomError =>
  new GradloomError(code, message)

const checkAssigned = (variable: Variable, value: SymbolicTensor, keeps: boolean): void => {
  const { name, shape, dtype } = variable
  if (!keeps) throw refuse('argument', `assign: '${name}' can change only if pass.keeps is true.`)
  if (variable.trainable) {
    throw refuse('argument', `assign: '${name}' is trained; make it with trainable: false.`)
  }
  if (value.dtype === dtype && `${value.shape}` === `${shape}`) return
  throw refuse('shape', `assign: '${name}' is ${dtype} [${shape}], not [${value.shape}].`)
}

/**
 * `rng`: by default an input of the graph, made where it is needed. `streams`: those of the layers,
 * where they are not their own. `keeps`: whether what is assigned will be kept.
 */
export const passOver = (
  graph: Graph,
  training = false,
  rng?: SymbolicTensor,
  streams?: ReadonlyMap<AnyLayer, number>,
  keeps = training,
): GraphPass => {
  const values = new Map<Variable, SymbolicTensor>()
  const assigned = new Map<Variable, SymbolicTensor>()
  const losses: SymbolicTensor[] = []
  const lookups = new Map<Variable, Lookup | undefined>()
  const draws = new Map<AnyLayer, number>()
  let random = rng
  const current = (variable: Variable): SymbolicTensor => {
    const value = values.get(variable) ?? graph.state(variable)
    values.set(variable, value)
    return value
  }
  return {
    training,
    keeps,
    assigned,
    losses,
    get rng() {
      random ??= graph.input(RNG, 'int32', [4])
      return random
    },
    stream(layer) {
      const draw = draws.get(layer) ?? 0
      draws.set(layer, draw + 1)
      return (streams?.get(layer) ?? layer.stream) + draw * NEXT_STREAM
    },
    lookups,
    read(variable) {
      if (variable.sparse) lookups.set(variable, undefined)
      return current(variable)
    },
    rows(variable, idx) {
      const rows = ops.gatherRows(current(variable), idx)
      const isOnly = variable.sparse && !lookups.has(variable)
      if (variable.sparse) lookups.set(variable, isOnly ? { rows, idx } : undefined)
      return rows
    },
    assign(variable, value) {
      checkAssigned(variable, value, keeps)
      values.set(variable, value)
      assigned.set(variable, value)
    },
    addLoss(loss) {
      if (loss.dtype === 'float32' && loss.shape.length === 0) losses.push(loss)
      else throw refuse('shape', `addLoss: expects one f32 number, not [${loss.shape}].`)
    },
  }
}

/** All layers, each before its sublayers; none twice. */
export const withSublayers = (layers: readonly AnyLayer[]): AnyLayer[] => [
  ...new Set(layers.flatMap((layer) => [layer, ...withSublayers(layer.sublayers)])),
]

/** Variables of the layer and its sublayers. */
export const variablesOf = (layer: AnyLayer): Variable[] => [
  ...new Set(withSublayers([layer]).flatMap(({ variables }) => variables)),
]
