// A network whose layers follow one another. Shapes are found by walking the layers over a
// throw-away graph, so a mistake throws at the line that made it.

import { GradloomError } from '../errors.ts'
import type { SymbolicTensor } from '../graph.ts'
import { shapeError } from '../layers/expect.ts'
import { FunctionalTensor, unbuild } from '../layers/functional.ts'
import { Input } from '../layers/input.ts'
import { type AnyLayer, type Config, Layer, type Pass } from '../layers/layer.ts'
import { type BatchShape, type Dtype, type Shape, sameShape, showShape } from '../shape.ts'
import { checkFree, claimLayers, nameLayers } from './layer-names.ts'
import { describedLayer, Nested } from './nested.ts'
import type { Described, InputPort, Network, OutputPort } from './network.ts'
import { type Placed, placeAll, streamsOf } from './placing.ts'

const checkLayers = (layers: readonly AnyLayer[]): void => {
  const isList = Array.isArray(layers) && layers.length > 0
  if (isList && layers.every((layer) => layer instanceof Layer)) return
  throw new GradloomError(
    'argument',
    'sequential: expects an array of one layer or more, such as [layers.dense({ units: 1 })].',
  )
}

export class Chain implements Network {
  readonly type = 'sequential'
  readonly inputForm = 'one'
  readonly outputForm = 'one'
  readonly layers: readonly AnyLayer[]
  readonly #names: ReadonlyMap<AnyLayer, string>
  #inputs: readonly InputPort[] | undefined
  #outputShapes: readonly BatchShape[] = []
  #placed: readonly Placed[] = []
  #streams: ReadonlyMap<AnyLayer, number> = new Map()

  constructor(layers: readonly AnyLayer[]) {
    checkLayers(layers)
    checkFree(layers)
    this.#names = nameLayers(layers)
    this.layers = [...layers]
    const shape = givenShape(layers[0] as AnyLayer)
    if (shape) this.build(shape)
    claimLayers(layers)
  }

  get inputs(): readonly InputPort[] | undefined {
    return this.#inputs
  }

  get outputs(): readonly OutputPort[] {
    const [shape, layer] = [this.#outputShapes.at(-1), this.layers.at(-1) as AnyLayer]
    return shape ? [{ name: layer.name, shape, layer }] : []
  }

  get placed(): readonly Placed[] {
    return this.#placed
  }

  get streams(): ReadonlyMap<AnyLayer, number> {
    return this.#streams
  }

  get described(): readonly Described[] {
    return this.layers.map((layer, i) => {
      const shape = this.#outputShapes[i]
      return { layer, shapes: shape ? [shape] : [], from: [] }
    })
  }

  build(shape: Shape): void {
    if (this.#inputs) {
      this.#mustBe(shape)
      return
    }
    const layer = this.layers[0] as AnyLayer
    const dtype = givenDtype(layer)
    const made = this.layers.filter((each) => !each.built)
    try {
      this.#outputShapes = this.#trace(new FunctionalTensor([null, ...shape], dtype))
      this.#placed = placeAll(this.#names)
    } catch (error) {
      this.#outputShapes = []
      for (const each of made) unbuild(each)
      throw error
    }
    this.#streams = streamsOf(this.layers)
    this.#inputs = [{ name: layer.name, shape: [...shape], dtype, layer }]
  }

  /** Shapes behind the layers. */
  #trace(input: FunctionalTensor): BatchShape[] {
    let x = input
    return this.layers.map((layer, i) => {
      if (i > 0) checkInputShape(layer, x.shape)
      const y: unknown = layer.apply(x)
      if (!(y instanceof FunctionalTensor)) {
        throw shapeError(layer, 'gives several outputs; use model({ inputs, outputs }) for it.')
      }
      x = y
      return x.shape
    })
  }

  #mustBe(shape: Shape): void {
    const known = this.#inputs?.[0]?.shape ?? []
    if (sameShape(shape, known)) return
    throw shapeError(
      this.layers[0] as AnyLayer,
      `was built for samples of shape ${showShape(known)}, not ${showShape(shape)}; ` +
        'make a new model.',
    )
  }

  apply([x]: readonly SymbolicTensor[], pass: Pass): readonly SymbolicTensor[] {
    return [this.layers.reduce((y, layer) => layer.apply(y, pass), x as SymbolicTensor)]
  }

  topology(): Config {
    const inputShape = this.#inputs?.[0]?.shape
    return {
      inputShape: inputShape ? [...inputShape] : null,
      layers: [...this.#names].map(([layer, name]) => describedLayer(layer, name)),
    }
  }
}

/** A model in the first place knows its own input. */
const givenShape = (layer: AnyLayer): Shape | undefined =>
  layer instanceof Nested ? layer.network.inputs?.[0]?.shape : layer.inputShape

const givenDtype = (layer: AnyLayer): Dtype =>
  layer instanceof Input
    ? layer.dtype
    : (layer instanceof Nested && layer.network.inputs?.[0]?.dtype) || 'float32'

const checkInputShape = (layer: AnyLayer, given: BatchShape): void => {
  if (!layer.inputShape || sameShape(layer.inputShape, given.slice(1))) return
  throw shapeError(
    layer,
    `its inputShape is ${showShape([null, ...layer.inputShape])}, but the layer before it gives ` +
      `${showShape(given)}; leave inputShape to the first layer.`,
  )
}
