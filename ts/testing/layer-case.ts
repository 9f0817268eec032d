// Runs a layer as a reference file of `recorders/measure.py` describes it: outputs, gradients, and
// what training changed. Tests only.

import { expect } from 'vitest'
import { asFloat, sumAll } from '../composites/common.ts'
import { Graph, type SymbolicTensor } from '../graph.ts'
import type { AnyLayer, Config } from '../layers/layer.ts'
import { withSublayers } from '../layers/pass.ts'
import { layerFromConfig } from '../layers/registry.ts'
import * as ops from '../ops.ts'
import type { BatchShape, Elements } from '../shape.ts'
import type { Variable } from '../variable.ts'
import { expectClose, expectEachClose, type Recorded } from './reference.ts'
import { passOver, Runner } from './run.ts'

export type Named = Recorded & { readonly name: string }

export interface LayerCase {
  readonly layer: string
  readonly config: Config
  readonly inputs: readonly Recorded[]
  readonly masks?: Readonly<Record<string, Recorded>>
  readonly weights: readonly Named[]
  readonly outputs: readonly Recorded[]
  readonly gradOutputs: readonly Recorded[]
  readonly gradInputs: readonly Recorded[]
  readonly gradWeights: readonly Named[]
  readonly training?: boolean
  /** What is not trained, after the call. */
  readonly after?: readonly Named[]
}

/** Variables of the layer and its sublayers, named as in files: `query/kernel`. */
export const namedVariables = (layer: AnyLayer, prefix = ''): [string, Variable][] => [
  ...layer.variables.map((v): [string, Variable] => [prefix + v.name, v]),
  ...layer.sublayers.flatMap((sub) => namedVariables(sub, `${prefix}${sub.name}/`)),
]

const batch = ({ shape }: Recorded): BatchShape => [null, ...shape.slice(1)]

/** Layers that take a list of inputs even where there is one. */
const takesList = ({ inputs }: LayerCase) => inputs.length > 1

export const builtFor = (recorded: LayerCase, runner: Runner): AnyLayer => {
  const layer = layerFromConfig(recorded.layer, recorded.config)
  const shapes = recorded.inputs.map(batch)
  layer.build(takesList(recorded) ? shapes : shapes[0])
  layer.built = true
  const variables = new Map(namedVariables(layer))
  expect([...variables].map(([name, v]) => [name, v.shape])).toEqual(
    recorded.weights.map(({ name, shape }) => [name, shape]),
  )
  runner.initialize([...variables.values()])
  for (const { name, data } of recorded.weights) runner.write(variables.get(name) as Variable, data)
  return layer
}

interface Given {
  readonly tensors: readonly SymbolicTensor[]
  readonly feeds: Readonly<Record<string, ArrayLike<number>>>
}

const MASKS = ['queryMask', 'valueMask', 'keyMask']

/** The inputs with their masks, and the attention mask behind them. */
const given = (graph: Graph, { inputs, masks = {} }: LayerCase): Given => {
  const feeds: Record<string, ArrayLike<number>> = {}
  const input = (name: string, { shape, data }: Recorded) => {
    feeds[name] = data
    return graph.input(name, 'float32', shape)
  }
  const tensors = inputs.map((x, i) => {
    const mask = masks[MASKS[i] as string] ?? (i === 0 ? masks.mask : undefined)
    const plain = input(`x${i}`, x)
    return mask ? plain.withMask(input(`mask${i}`, mask)) : plain
  })
  const { attentionMask } = masks
  if (!attentionMask) return { tensors, feeds }
  const value = tensors[1] as SymbolicTensor
  const all = [tensors[0] as SymbolicTensor, value, tensors[2] ?? value]
  return { tensors: [...all, input('attentionMask', attentionMask)], feeds }
}

/** Σ over the outputs of Σ output·gradOutput. */
const lossOf = (outputs: readonly SymbolicTensor[], grads: readonly SymbolicTensor[]) =>
  outputs
    .map((y, i) => sumAll(ops.mul(asFloat(y), grads[i] as SymbolicTensor)))
    .reduce((a, b) => ops.add(a, b))

/** Compares outputs, gradients and what training changed with the record. */
export const checkCase = (recorded: LayerCase, forward = 1e-5, backward = 1e-4): void => {
  const runner = new Runner()
  const layer = builtFor(recorded, runner)
  const graph = new Graph()
  const { tensors, feeds } = given(graph, recorded)
  const pass = passOver(graph, recorded.training ?? false)
  const y = layer.apply(takesList(recorded) ? tensors : (tensors[0] as SymbolicTensor), pass)
  const outputs = (Array.isArray(y) ? y : [y]) as readonly SymbolicTensor[]
  expect(outputs.map(({ shape }) => shape)).toEqual(recorded.outputs.map(({ shape }) => shape))
  const dys = recorded.gradOutputs.map(({ shape }, i) => graph.input(`dy${i}`, 'float32', shape))
  const variables = new Map(namedVariables(layer))
  const wrt = [
    ...tensors.slice(0, recorded.inputs.length),
    ...recorded.gradWeights.map(({ name }) => pass.read(variables.get(name) as Variable)),
  ]
  const grads = graph.gradients(lossOf(outputs, dys), wrt)
  outputs.forEach((one, i) => {
    graph.output(`y${i}`, one)
  })
  grads.forEach((grad, i) => {
    graph.output(`grad${i}`, grad)
  })
  for (const [variable, value] of pass.assigned) graph.assign(variable, value)
  const dyFeeds = recorded.gradOutputs.map(({ data }, i) => [`dy${i}`, data] as const)
  const result = runner.run(graph.finish(), { ...feeds, ...Object.fromEntries(dyFeeds) })
  recorded.outputs.forEach(({ data }, i) => {
    expectClose(result[`y${i}`] as Elements, data, forward)
  })
  ;[...recorded.gradInputs, ...recorded.gradWeights].forEach(({ data }, i) => {
    expectEachClose(result[`grad${i}`] as Elements, data, backward, backward / 10)
  })
  for (const { name, data } of recorded.after ?? []) {
    expectClose(runner.read(variables.get(name) as Variable), data, forward)
  }
}

/** The layer comes back from its JSON form. */
export const checkConfig = ({ layer: type, config }: LayerCase): void => {
  const layer = layerFromConfig(type, config)
  const again = layerFromConfig(type, JSON.parse(JSON.stringify(layer.config())))
  expect(again.config()).toEqual(layer.config())
  expect(withSublayers([again]).length).toBe(withSublayers([layer]).length)
}
