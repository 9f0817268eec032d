// Functional tensors: what a layer will give, described before there is a graph or a batch size.
// Applying a layer to them traces it over a throw-away graph, so a mistake throws at the line that
// made it. Models are made of them in `models/`.

import { GradloomError } from '../errors.ts'
import { Graph, type SymbolicTensor } from '../graph.ts'
import { type BatchShape, type Dtype, type Shape, showShape } from '../shape.ts'
import { shapeError, subjectOf } from './expect.ts'
import type { AnyLayer } from './layer.ts'
import { passOver, withSublayers } from './pass.ts'

/** One application of a layer. */
export interface Application {
  readonly layer: AnyLayer
  readonly inputs: readonly FunctionalTensor[]
  /** The layer takes a list, not one tensor. */
  readonly takesList: boolean
  readonly givesList: boolean
  readonly outputs: readonly FunctionalTensor[]
}

/** A value of a model that is being described. `S`: the shape of a sample. */
export class FunctionalTensor<S extends Shape = Shape> {
  readonly shape: readonly [null, ...S]
  readonly dtype: Dtype
  /** Shape of its mask, where it has one. */
  readonly mask: BatchShape | undefined
  /** What gives it. */
  source: Application
  /** Which output of `source` it is. */
  index = 0

  constructor(shape: readonly [null, ...S], dtype: Dtype, mask?: BatchShape) {
    this.shape = shape
    this.dtype = dtype
    this.mask = mask
    this.source = undefined as never
  }
}

export const isFunctional = (x: unknown): boolean =>
  x instanceof FunctionalTensor ||
  (Array.isArray(x) && x.length > 0 && x.every((one) => one instanceof FunctionalTensor))

/** Batch size while shapes are traced: any will do; few layers have an axis of this size. */
const TRACED = 97

const batchShape = (shape: Shape) => [null, ...shape.slice(1)] as const

const traced = (shape: BatchShape): Shape => shape.map((d) => d ?? TRACED)

/** Errors of ops name no layer, and show the traced batch size. */
const explained = (error: unknown, layer: AnyLayer, given: readonly BatchShape[]): unknown => {
  if (!(error instanceof GradloomError)) return error
  const message = error.message.replaceAll(new RegExp(`\\b${TRACED}\\b`, 'g'), 'batch')
  const prefix = `${subjectOf(layer)}: `
  const shapes = given.map(showShape).join(', ')
  const where = message.startsWith(prefix) ? '' : `${prefix}given an input of shape ${shapes}: `
  if (where === '' && message === error.message) return error
  return new GradloomError(error.code, `${where}${message}`, { subject: layer.name, cause: error })
}

const symbolic = (graph: Graph, inputs: readonly FunctionalTensor[]): SymbolicTensor[] =>
  inputs.map(({ shape, dtype, mask }, i) => {
    const x = graph.input(`x${i}`, dtype, traced(shape))
    return mask ? x.withMask(graph.input(`mask${i}`, 'float32', traced(mask))) : x
  })

/** The batch axis must survive. */
const described = (layer: AnyLayer, y: SymbolicTensor): FunctionalTensor => {
  if (y.shape[0] !== TRACED) {
    throw shapeError(layer, `its output ${showShape(y.shape)} must begin with the batch axis.`)
  }
  return new FunctionalTensor(batchShape(y.shape), y.dtype, y.mask && batchShape(y.mask.shape))
}

/** Lets the layer be built again, for other inputs. */
export const unbuild = (layer: AnyLayer): void => {
  layer.built = false
  for (const sublayer of withSublayers(layer.sublayers)) {
    sublayer.built = false
    sublayer.variables = []
  }
}

/** An application of the layer with outputs that know their shapes. */
const apply = (
  layer: AnyLayer,
  inputs: readonly FunctionalTensor[],
  takesList: boolean,
): Application => {
  const graph = new Graph()
  const isNew = !layer.built
  try {
    if (isNew) {
      const shapes = inputs.map(({ shape }) => shape)
      layer.build(takesList ? shapes : shapes[0])
      layer.built = true
    }
    const xs = symbolic(graph, inputs)
    const y = layer.apply(takesList ? xs : xs[0], passOver(graph))
    const givesList = Array.isArray(y)
    const outputs = (givesList ? y : [y]).map((one) => described(layer, one))
    return { layer, inputs, takesList, givesList, outputs }
  } catch (error) {
    if (isNew) unbuild(layer)
    const given = inputs.map(({ shape }) => shape)
    throw explained(error, layer, given)
  } finally {
    graph.free()
  }
}

/** Applies the layer: builds it if need be, and describes its outputs. */
export const place = (
  layer: AnyLayer,
  x: FunctionalTensor | readonly FunctionalTensor[],
): FunctionalTensor | readonly FunctionalTensor[] => {
  if (!isFunctional(x)) {
    throw new GradloomError(
      'argument',
      `${subjectOf(layer)}: apply takes what input() or another layer's apply() gave, or an ` +
        'array of those; inside `call`, give it the pass too.',
      { subject: layer.name || layer.type },
    )
  }
  const takesList = !(x instanceof FunctionalTensor)
  const application = apply(layer, takesList ? x : [x], takesList)
  const { outputs, givesList } = application
  for (const [index, output] of outputs.entries()) {
    output.source = application
    output.index = index
  }
  return givesList ? outputs : (outputs[0] as FunctionalTensor)
}
