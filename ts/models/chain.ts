// A network whose layers follow one another. Shapes are found by walking the layers over a
// throw-away graph, so a mistake throws at the line that made it.

import { GradloomError } from '../errors.ts'
import type { SymbolicTensor } from '../graph.ts'
import { shapeError } from '../layers/expect.ts'
import { FunctionalTensor, unbuild } from '../layers/functional.ts'
import { Input } from '../layers/input.ts'
import { type AnyLayer, Layer, type Pass } from '../layers/layer.ts'
import { type BatchShape, type Shape, sameShape, showShape } from '../shape.ts'
import { checkFree, claimLayers, nameLayers } from './layer-names.ts'
import type { Network, Sample } from './network.ts'
import { type Placed, placeAll } from './placing.ts'

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
  readonly layers: readonly AnyLayer[]
  #sample: Sample | undefined
  #outputShapes: readonly BatchShape[] = []
  #placed: readonly Placed[] = []

  constructor(layers: readonly AnyLayer[]) {
    checkLayers(layers)
    checkFree(layers)
    nameLayers(layers)
    this.layers = [...layers]
    const first = layers[0] as AnyLayer
    if (first.inputShape) this.build(first.inputShape)
    claimLayers(layers)
  }

  get sample(): Sample | undefined {
    return this.#sample
  }

  get outputShapes(): readonly BatchShape[] {
    return this.#outputShapes
  }

  get placed(): readonly Placed[] {
    return this.#placed
  }

  build(shape: Shape): void {
    if (this.#sample) {
      this.#mustBe(shape)
      return
    }
    const dtype = this.layers[0] instanceof Input ? this.layers[0].dtype : 'float32'
    const made = this.layers.filter((layer) => !layer.built)
    try {
      this.#outputShapes = this.#trace(new FunctionalTensor([null, ...shape], dtype))
      this.#placed = placeAll(this.layers)
    } catch (error) {
      for (const layer of made) unbuild(layer)
      throw error
    }
    this.#sample = { shape: [...shape], dtype }
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
    const known = (this.#sample as Sample).shape
    if (sameShape(shape, known)) return
    throw shapeError(
      this.layers[0] as AnyLayer,
      `was built for samples of shape ${showShape(known)}, not ${showShape(shape)}; ` +
        'make a new model.',
    )
  }

  apply(x: SymbolicTensor, pass: Pass): SymbolicTensor {
    return this.layers.reduce((y, layer) => layer.apply(y, pass), x)
  }
}

const checkInputShape = (layer: AnyLayer, given: BatchShape): void => {
  if (!layer.inputShape || sameShape(layer.inputShape, given.slice(1))) return
  throw shapeError(
    layer,
    `its inputShape is ${showShape([null, ...layer.inputShape])}, but the layer before it gives ` +
      `${showShape(given)}; leave inputShape to the first layer.`,
  )
}
