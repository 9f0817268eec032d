// Networks from their JSON form, models inside models included.

import type { FunctionalTensor } from '../../layers/functional.ts'
import { Input } from '../../layers/input.ts'
import type { AnyLayer, Config } from '../../layers/layer.ts'
import { layerFromConfig, registerLayer } from '../../layers/registry.ts'
import { isSaved, type Saved } from '../../saved.ts'
import type { Shape } from '../../shape.ts'
import { Chain } from '../chain.ts'
import { Diagram, type Ends } from '../diagram.ts'
import { inputOf } from '../functional.ts'
import { Nested } from '../nested.ts'
import type { Network } from '../network.ts'

/** Number of an application and of one of its outputs. */
type At = readonly [number, number]

interface ChainTopology {
  readonly inputShape: Shape | null
  readonly layers: readonly Saved[]
}

interface DiagramTopology {
  readonly layers: readonly Saved[]
  readonly calls: readonly {
    readonly layer: number
    readonly inputs: readonly At[]
    readonly takesList: boolean
  }[]
  readonly inputs: readonly At[]
  readonly outputs: readonly At[]
  /** Names, or the form where there are none. */
  readonly inputNames: readonly string[] | 'one' | 'list'
  readonly outputNames: readonly string[] | 'one' | 'list'
}

type Loose<T> = { readonly [K in keyof T]?: unknown }

const isWhole = (x: unknown): x is number => Number.isInteger(x) && (x as number) >= 0

const isAts = (x: unknown, calls: number): x is readonly At[] =>
  Array.isArray(x) &&
  x.every((at) => Array.isArray(at) && at.length === 2 && at.every(isWhole) && at[0] < calls)

const areLayers = (x: unknown): x is readonly Saved[] => Array.isArray(x) && x.every(isSaved)

const isChain = ({ inputShape, layers }: Loose<ChainTopology>): boolean => {
  const isShape = Array.isArray(inputShape) && inputShape.every((d) => isWhole(d) && d > 0)
  return (inputShape === null || isShape) && areLayers(layers)
}

const isDiagram = ({ layers, calls, inputs, outputs, ...rest }: Loose<DiagramTopology>): boolean =>
  areLayers(layers) &&
  Array.isArray(calls) &&
  calls.every(
    (call, i) => isWhole(call?.layer) && call.layer < layers.length && isAts(call.inputs, i),
  ) &&
  isAts(inputs, calls.length) &&
  isAts(outputs, calls.length) &&
  [rest.inputNames, rest.outputNames].every((x) => x === 'one' || x === 'list' || Array.isArray(x))

/** Whether the JSON describes a network of the type. */
export const isNetwork = (type: string, topology: unknown): topology is Config => {
  const given = (topology ?? {}) as Loose<ChainTopology & DiagramTopology>
  return (type === 'sequential' && isChain(given)) || (type === 'functional' && isDiagram(given))
}

const chainFrom = ({ inputShape, layers }: ChainTopology): Chain => {
  const chain = new Chain(layers.map(({ type, config }) => layerFromConfig(type, config)))
  if (inputShape) chain.build(inputShape)
  return chain
}

const diagramFrom = (topology: DiagramTopology): Diagram => {
  const layers = topology.layers.map(({ type, config }) => layerFromConfig(type, config))
  const values: (readonly FunctionalTensor[])[] = []
  const at = ([call, output]: At) => values[call]?.[output] as FunctionalTensor
  for (const { layer, inputs, takesList } of topology.calls) {
    values.push(applied(layers[layer] as AnyLayer, inputs.map(at), takesList))
  }
  const ends = (ats: readonly At[], names: DiagramTopology['inputNames']): Ends => {
    const tensors = ats.map(at)
    if (names === 'one') return tensors[0] as FunctionalTensor
    if (names === 'list') return tensors
    return Object.fromEntries(names.map((name, i) => [name, tensors[i] as FunctionalTensor]))
  }
  return new Diagram(
    ends(topology.inputs, topology.inputNames),
    ends(topology.outputs, topology.outputNames),
  )
}

const applied = (
  layer: AnyLayer,
  inputs: readonly FunctionalTensor[],
  takesList: boolean,
): readonly FunctionalTensor[] => {
  if (layer instanceof Input && inputs.length === 0) return [inputOf(layer)]
  const y: unknown = layer.apply(takesList ? inputs : inputs[0])
  return (Array.isArray(y) ? y : [y]) as FunctionalTensor[]
}

const nestedFrom = (type: string) => (config: Config) => {
  const nested = new Nested(String(config.name), networkFrom(type, config))
  if (config.trainable === false) nested.trainable = false
  nested.recompute = config.recompute === true
  return nested
}

/** The network that `topology` describes; `isNetwork` has looked at it. */
export const networkFrom = (type: string, topology: Config): Network => {
  for (const kind of ['sequential', 'functional']) registerLayer(kind, nestedFrom(kind))
  return type === 'sequential'
    ? chainFrom(topology as unknown as ChainTopology)
    : diagramFrom(topology as unknown as DiagramTopology)
}
