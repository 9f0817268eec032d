// A network of any form: several inputs and outputs, layers applied more than once, models as
// layers. It is found by going back from the outputs to the inputs.

import { badArgument } from '../checks.ts'
import { GradloomError } from '../errors.ts'
import type { SymbolicTensor } from '../graph.ts'
import { subjectOf } from '../layers/expect.ts'
import { type Application, FunctionalTensor } from '../layers/functional.ts'
import type { AnyLayer, Config, Pass } from '../layers/layer.ts'
import type { Shape } from '../shape.ts'
import { claimLayers, freeName, nameLayers } from './layer-names.ts'
import { describedLayer } from './nested.ts'
import type { Described, Form, InputPort, Network, OutputPort } from './network.ts'
import { type Placed, placeAll, streamsOf } from './placing.ts'

/** Inputs or outputs as they are written. */
export type Ends =
  | FunctionalTensor
  | readonly FunctionalTensor[]
  | Readonly<Record<string, FunctionalTensor>>

interface Listed {
  readonly form: Form
  readonly tensors: readonly FunctionalTensor[]
  readonly names: readonly string[] | undefined
}

const listed = (what: string, ends: Ends): Listed => {
  const form = ends instanceof FunctionalTensor ? 'one' : Array.isArray(ends) ? 'list' : 'names'
  const tensors = form === 'one' ? [ends] : Object.values(ends ?? {})
  const isFit = (x: unknown): x is FunctionalTensor => x instanceof FunctionalTensor
  if (tensors.length === 0 || !tensors.every(isFit)) {
    throw badArgument('model', what, ends, "what input() or a layer's apply() gave, or several")
  }
  return { form, tensors, names: form === 'names' ? Object.keys(ends) : undefined }
}

/** The applications from `inputs` to `outputs`, each after those that it needs. */
const walked = (inputs: ReadonlySet<FunctionalTensor>, outputs: readonly FunctionalTensor[]) => {
  const done = new Set<Application>()
  /** In the order in which they are met from the outputs, as Keras numbers them. */
  const met = new Map<AnyLayer, number>()
  const visit = (tensor: FunctionalTensor): void => {
    const { source } = tensor
    if (!met.has(source.layer)) met.set(source.layer, met.size)
    if (done.has(source)) return
    if (!inputs.has(tensor)) {
      if (source.inputs.length === 0) throw cut(source.layer)
      source.inputs.forEach(visit)
    }
    done.add(source)
  }
  outputs.forEach(visit)
  return { applications: [...done], met }
}

const cut = (layer: AnyLayer): GradloomError =>
  new GradloomError(
    'argument',
    `model: the outputs depend on ${subjectOf(layer)}, which is not among the inputs; add it to ` +
      'them, or start from the inputs that are there.',
    { subject: layer.name || layer.type },
  )

/** How many applications lie behind each layer at most: Keras's order of layers. */
const inOrder = (
  inputs: ReadonlySet<FunctionalTensor>,
  applications: readonly Application[],
  met: ReadonlyMap<AnyLayer, number>,
): AnyLayer[] => {
  const depths = new Map<Application, number>()
  const layerDepths = new Map<AnyLayer, number>()
  for (const application of applications.toReversed()) {
    const { layer } = application
    const depth = Math.max(depths.get(application) ?? 0, layerDepths.get(layer) ?? 0)
    depths.set(application, depth)
    layerDepths.set(layer, depth)
    for (const x of application.inputs) {
      if (application.outputs.some((y) => inputs.has(y))) continue
      depths.set(x.source, Math.max(depth + 1, depths.get(x.source) ?? 0))
    }
  }
  const key = (layer: AnyLayer) => [layerDepths.get(layer), met.get(layer)] as [number, number]
  return [...layerDepths.keys()].sort((a, b) => key(b)[0] - key(a)[0] || key(a)[1] - key(b)[1])
}

export class Diagram implements Network {
  readonly type = 'functional'
  readonly inputForm: Form
  readonly outputForm: Form
  readonly layers: readonly AnyLayer[]
  readonly inputs: readonly InputPort[]
  readonly outputs: readonly OutputPort[]
  readonly placed: readonly Placed[]
  readonly streams: ReadonlyMap<AnyLayer, number>
  readonly #applications: readonly Application[]
  readonly #in: readonly FunctionalTensor[]
  readonly #out: readonly FunctionalTensor[]
  readonly #names: ReadonlyMap<AnyLayer, string>

  constructor(inputs: Ends, outputs: Ends) {
    const [ins, outs] = [listed('inputs', inputs), listed('outputs', outputs)]
    const given = new Set(ins.tensors)
    const { applications, met } = walked(given, outs.tensors)
    const reached = new Set(applications.flatMap((x) => [...x.inputs, ...x.outputs]))
    for (const x of ins.tensors) if (!reached.has(x)) throw unused(x)
    this.#applications = applications
    this.#in = ins.tensors
    this.#out = outs.tensors
    this.inputForm = ins.form
    this.outputForm = outs.form
    this.layers = inOrder(given, applications, met)
    this.#names = nameLayers(this.layers)
    this.inputs = this.#ports(ins).map(({ name, tensor: { shape, dtype, source } }) => {
      return { name, shape: shape.slice(1) as Shape, dtype, layer: source.layer }
    })
    this.outputs = this.#ports(outs).map(({ name, tensor: { shape, source } }) => {
      return { name, shape, layer: source.layer }
    })
    this.placed = placeAll(this.#names)
    this.streams = streamsOf(this.layers)
    claimLayers(this.layers)
  }

  /** Tensors under the given names, or those of their layers. */
  #ports({ tensors, names }: Listed) {
    const taken = new Set<string>()
    return tensors.map((tensor, i) => {
      const name = names?.[i] ?? freeName(this.#nameOf(tensor), taken)
      taken.add(name)
      return { name, tensor }
    })
  }

  #nameOf({ source }: FunctionalTensor): string {
    return this.#names.get(source.layer) ?? source.layer.name
  }

  get described(): readonly Described[] {
    const inputs = new Set(this.#in)
    return this.layers.map((layer) => {
      const own = this.#applications.filter((x) => x.layer === layer)
      const from = own.flatMap((x) => (x.outputs.some((y) => inputs.has(y)) ? [] : x.inputs))
      const shapes = (own[0]?.outputs ?? []).map(({ shape }) => shape)
      return { layer, shapes, from: from.map((x) => this.#nameOf(x)) }
    })
  }

  /** Its inputs told all shapes. */
  build(): void {}

  apply(xs: readonly SymbolicTensor[], pass: Pass): readonly SymbolicTensor[] {
    const values = new Map<FunctionalTensor, SymbolicTensor>()
    const valueAt = (x: FunctionalTensor) => values.get(x) as SymbolicTensor
    for (const [i, x] of this.#in.entries()) values.set(x, xs[i] as SymbolicTensor)
    for (const { layer, inputs, outputs, takesList, givesList } of this.#applications) {
      if (outputs.some((y) => values.has(y))) continue
      const given = inputs.map(valueAt)
      const y = layer.apply(takesList ? given : given[0], pass)
      for (const [i, output] of outputs.entries()) values.set(output, givesList ? y[i] : y)
    }
    return this.#out.map(valueAt)
  }

  topology(): Config {
    const layers = [...this.#names.keys()]
    const places = new Map(this.#applications.map((x, i) => [x, i] as const))
    const at = ({ source, index }: FunctionalTensor) => [places.get(source) as number, index]
    return {
      layers: [...this.#names].map(([layer, name]) => describedLayer(layer, name)),
      calls: this.#applications.map(({ layer, inputs, takesList }) => ({
        layer: layers.indexOf(layer),
        inputs: inputs.map(at),
        takesList,
      })),
      inputs: this.#in.map(at),
      outputs: this.#out.map(at),
      inputNames: this.inputForm === 'names' ? this.inputs.map(({ name }) => name) : this.inputForm,
      outputNames:
        this.outputForm === 'names' ? this.outputs.map(({ name }) => name) : this.outputForm,
    }
  }
}

const unused = ({ source }: FunctionalTensor): GradloomError =>
  new GradloomError(
    'argument',
    `model: no output depends on the input ${subjectOf(source.layer)}; leave it out.`,
    { subject: source.layer.name || source.layer.type },
  )
