// One step of any optimizer in a graph: clipping, the update of each weight, accumulation of
// gradients, means of weights and constraints around it.

import { GradloomError } from '../errors.ts'
import type { Graph, SymbolicTensor } from '../graph.ts'
import type { Lookup } from '../layers/pass.ts'
import * as ops from '../ops.ts'
import type { Variable } from '../variable.ts'
import type { Optimizer, Update } from './optimizer.ts'

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

const isAlike = (a: Variable, b: Variable): boolean => `${a.shape}` === `${b.shape}`

/** Updates only the rows of a table that were looked up, and those of its slots. */
const updateRows = (optimizer: Optimizer, update: Update, { rows, idx }: Lookup): void => {
  const { graph, variable } = update
  const slots = optimizer.slots(variable).filter((slot) => isAlike(slot, variable))
  for (const slot of slots) graph.lend(slot, ops.gatherRows(graph.state(slot), idx))
  graph.lend(variable, rows)
  optimizer.update({ ...update, weight: rows })
  for (const slot of [variable, ...slots]) {
    const next = graph.reclaim(slot)
    graph.assign(slot, ops.writeRows(graph.state(slot), next, idx))
  }
}

const mustBeRowWise = (optimizer: Optimizer, variables: readonly Variable[]): void => {
  const sparse = optimizer.rowWise ? undefined : variables.find((variable) => variable.sparse)
  if (!sparse) return
  const what = `'${sparse.path ?? sparse.name}' is sparse`
  const message = `${optimizer.type}: ${what}, but rows do not move apart; use another optimizer.`
  throw new GradloomError('unsupported', message, { subject: optimizer.type })
}

/** Whether the table can be updated row by row. */
export const takesRows = ({ cadence }: Optimizer, { constraint }: Variable): boolean =>
  cadence?.isPlain !== false && !constraint

/**
 * Assigns the weights and all slots; constraints act on the new weights. A weight with a look-up
 * has the gradient of its rows, in which the first of equal rows counts.
 */
export const updateAll = (
  graph: Graph,
  optimizer: Optimizer,
  variables: readonly Variable[],
  gradients: readonly SymbolicTensor[],
  learningRate: SymbolicTensor,
  lookups: readonly (Lookup | undefined)[] = [],
): void => {
  mustBeRowWise(optimizer, variables)
  const { cadence } = optimizer
  const named = (name: string) =>
    variables.map((x) => extraSlots(optimizer, x).find((slot) => slot.name === name))
  const step = cadence?.begin(graph, named('gradientSum'), gradients)
  const before = new Set(graph.assigned.keys())
  const clipped = optimizer.clip(step?.gradients ?? gradients)
  optimizer.begin(graph)
  for (const [i, variable] of variables.entries()) {
    const gradient = clipped[i] as SymbolicTensor
    const [weight, lookup] = [graph.state(variable), lookups[i]]
    const update = { graph, variable, weight, gradient, learningRate }
    if (lookup) updateRows(optimizer, update, lookup)
    else optimizer.update(update)
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
