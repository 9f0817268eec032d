// One step of any optimizer in a graph: clipping, the update of each weight, accumulation of
// gradients, means of weights and constraints around it.

import type { Graph, SymbolicTensor } from '../graph.ts'
import type { Variable } from '../variable.ts'
import type { Optimizer } from './optimizer.ts'

/** Slots beside those of the formula, by optimizer and weight. */
const extras = new WeakMap<Optimizer, WeakMap<Variable, readonly Variable[]>>()

const extraSlots = (optimizer: Optimizer, variable: Variable): readonly Variable[] => {
  const own = extras.get(optimizer) ?? new WeakMap<Variable, readonly Variable[]>()
  extras.set(optimizer, own)
  const slots = own.get(variable) ?? optimizer.cadence?.slots(variable) ?? []
  own.set(variable, slots)
  return slots
}

/** All that an optimizer keeps beside these weights, the shared ones first. */
export const sharedSlots = (optimizer: Optimizer): readonly Variable[] => [
  ...optimizer.shared,
  ...(optimizer.cadence?.shared ?? []),
]

/** All slots of a weight. */
export const slotsFor = (optimizer: Optimizer, variable: Variable): readonly Variable[] => [
  ...optimizer.slots(variable),
  ...extraSlots(optimizer, variable),
]

/** The slot that holds the mean of a weight, where there is one. */
export const averageOf = (optimizer: Optimizer, variable: Variable): Variable | undefined =>
  extraSlots(optimizer, variable).find(({ name }) => name === 'average')

/** Assigns the weights and all slots; constraints act on the new weights. */
export const updateAll = (
  graph: Graph,
  optimizer: Optimizer,
  variables: readonly Variable[],
  gradients: readonly SymbolicTensor[],
  learningRate: SymbolicTensor,
): void => {
  const { cadence } = optimizer
  const named = (name: string) =>
    variables.map((x) => extraSlots(optimizer, x).find((slot) => slot.name === name))
  const step = cadence?.begin(graph, named('gradientSum'), gradients)
  const before = new Set(graph.assigned.keys())
  const clipped = optimizer.clip(step?.gradients ?? gradients)
  optimizer.begin(graph)
  for (const [i, variable] of variables.entries()) {
    const gradient = clipped[i] as SymbolicTensor
    optimizer.update({ graph, variable, weight: graph.state(variable), gradient, learningRate })
  }
  if (cadence && step) {
    const assigned = [...graph.assigned.keys()].filter((variable) => !before.has(variable))
    cadence.hold(graph, step, assigned)
    cadence.average(graph, step, variables, named('average'))
  }
  for (const variable of variables) {
    const updated = graph.assigned.get(variable)
    const { constraint } = variable
    if (constraint && updated) graph.reassign(variable, constraint.call(updated))
  }
}
