// The walk of layers over one graph: each variable is one node, and random numbers are asked for
// only where a layer draws some.

import { GradloomError } from '../errors.ts'
import type { Graph, SymbolicTensor } from '../graph.ts'
import type { Variable } from '../variable.ts'
import type { AnyLayer, Pass } from './layer.ts'

/** Input of programs that draw random numbers: i32 [4]. */
export const RNG = 'rng'

/** Between the streams of one layer: more than any model has layers and variables. */
const NEXT_STREAM = 2 ** 20

export interface GraphPass extends Pass {
  /** What layers assigned, in the order of their first assignments. */
  readonly assigned: ReadonlyMap<Variable, SymbolicTensor>
  /** What layers added to the loss. */
  readonly losses: readonly SymbolicTensor[]
}

const refuse = (code: 'argument' | 'shape', message: string): GradloomError =>
  new GradloomError(code, message)

const checkAssigned = (variable: Variable, value: SymbolicTensor, training: boolean): void => {
  const { name, shape, dtype } = variable
  if (!training) throw refuse('argument', `assign: '${name}' can change only while training.`)
  if (variable.trainable) {
    throw refuse('argument', `assign: '${name}' is trained; make it with trainable: false.`)
  }
  if (value.dtype === dtype && `${value.shape}` === `${shape}`) return
  throw refuse('shape', `assign: '${name}' is ${dtype} [${shape}], not [${value.shape}].`)
}

/**
 * `rng`: by default an input of the graph, made where it is needed. `streams`: those of the layers,
 * where they are not their own.
 */
export const passOver = (
  graph: Graph,
  training = false,
  rng?: SymbolicTensor,
  streams?: ReadonlyMap<AnyLayer, number>,
): GraphPass => {
  const values = new Map<Variable, SymbolicTensor>()
  const assigned = new Map<Variable, SymbolicTensor>()
  const losses: SymbolicTensor[] = []
  const draws = new Map<AnyLayer, number>()
  let random = rng
  return {
    training,
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
    read(variable) {
      const known = values.get(variable)
      if (known) return known
      const value = graph.state(variable)
      values.set(variable, value)
      return value
    },
    assign(variable, value) {
      checkAssigned(variable, value, training)
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
