// A network whose layers follow one another. Shapes are found by walking the layers over a
// throw-away graph, so a mistake throws at the line that made it.

import { GradloomError } from '../errors.ts'
import { Graph, type SymbolicTensor } from '../graph.ts'
import { shapeError, subjectOf } from '../layers/expect.ts'
import { Input } from '../layers/input.ts'
import { Layer, type Pass } from '../layers/layer.ts'
import { type BatchShape, type Shape, sameShape, showShape } from '../shape.ts'
import { claimLayers, nameLayers } from './layer-names.ts'
import type { Network, Placed, Sample } from './network.ts'
import { passOver } from './pass.ts'

/** Batch size while shapes are traced: any will do; few layers have an axis of this size. */
const TRACED = 97

const batchShape = (shape: Shape): BatchShape => [null, ...shape.slice(1)]

/** Errors of ops name no layer, and show the traced batch size. */
const explained = (error: unknown, layer: Layer, given: Shape): unknown => {
  if (!(error instanceof GradloomError)) return error
  const message = error.message.replaceAll(new RegExp(`\\b${TRACED}\\b`, 'g'), 'batch')
  const prefix = `${subjectOf(layer)}: `
  const where = message.startsWith(prefix)
    ? ''
    : `${prefix}given an input of shape ${showShape(batchShape(given))}: `
  if (where === '' && message === error.message) return error
  return new GradloomError(error.code, `${where}${message}`, { subject: layer.name, cause: error })
}

const checkLayers = (layers: readonly Layer[]): void => {
  const isList = Array.isArray(layers) && layers.length > 0
  if (isList && layers.every((layer) => layer instanceof Layer)) return
  throw new GradloomError(
    'argument',
    'sequential: expects an array of one layer or more, such as [layers.dense({ units: 1 })].',
  )
}

export class Chain implements Network {
  readonly type = 'sequential'
  readonly layers: readonly Layer[]
  #sample: Sample | undefined
  #outputShapes: readonly BatchShape[] = []
  #placed: readonly Placed[] = []

  constructor(layers: readonly Layer[]) {
    checkLayers(layers)
    nameLayers(layers)
    this.layers = [...layers]
    // Even numbers are the streams of variables, odd ones those of layers.
    for (const [i, layer] of layers.entries()) layer.stream = 2 * i + 1
    const first = layers[0] as Layer
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
    const graph = new Graph()
    const pass = passOver(graph, false)
    const shapes: BatchShape[] = []
    let x = graph.input('x', dtype, [TRACED, ...shape])
    for (const [i, layer] of this.layers.entries()) {
      if (i > 0) checkInputShape(layer, x.shape)
      x = traced(layer, x, pass)
      shapes.push(batchShape(x.shape))
    }
    this.#placed = place(this.layers)
    this.#outputShapes = shapes
    this.#sample = { shape: [...shape], dtype }
  }

  #mustBe(shape: Shape): void {
    const known = (this.#sample as Sample).shape
    if (sameShape(shape, known)) return
    throw shapeError(
      this.layers[0] as Layer,
      `was built for samples of shape ${showShape(known)}, not ${showShape(shape)}; ` +
        'make a new model.',
    )
  }

  apply(x: SymbolicTensor, pass: Pass): SymbolicTensor {
    return this.layers.reduce((y, layer) => layer.call(y, pass), x)
  }
}

/** Builds and calls one layer. The batch axis must survive. */
const traced = (layer: Layer, x: SymbolicTensor, pass: Pass): SymbolicTensor => {
  try {
    layer.build(batchShape(x.shape))
    const y = layer.call(x, pass)
    if (y.shape[0] === TRACED) return y
    throw shapeError(layer, `its output ${showShape(y.shape)} must begin with the batch axis.`)
  } catch (error) {
    throw explained(error, layer, x.shape)
  }
}

const checkInputShape = (layer: Layer, given: Shape): void => {
  if (!layer.inputShape || sameShape(layer.inputShape, given.slice(1))) return
  throw shapeError(
    layer,
    `its inputShape is ${showShape([null, ...layer.inputShape])}, but the layer before it gives ` +
      `${showShape(batchShape(given))}; leave inputShape to the first layer.`,
  )
}

const place = (layers: readonly Layer[]): Placed[] => {
  const all = layers.flatMap((layer) => layer.variables.map((variable) => ({ layer, variable })))
  return all.map(({ layer, variable }, i) => {
    const twins = layer.variables.filter(({ name }) => name === variable.name)
    if (twins.length > 1 || variable.name.includes('/')) {
      throw new GradloomError(
        'argument',
        `${subjectOf(layer)}: the variable '${variable.name}' needs a name of its own without '/'.`,
        { subject: layer.name },
      )
    }
    const path = `${layer.name}/${variable.name}`
    variable.path = path
    return { layer, variable, path, stream: 2 * i }
  })
}
