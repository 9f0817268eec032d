// What the user gives to `fit`, `evaluate` and `predict`, as tensors that fit the model. Every
// error names the layer or the argument, both shapes and the fix.

import type { Batch } from '../data/batch.ts'
import { checkData, checkLabels, checkLengths, checkNotEmpty } from '../data/checks.ts'
import { GradloomError } from '../errors.ts'
import { subjectOf } from '../layers/expect.ts'
import type { Layer } from '../layers/layer.ts'
import { type BatchShape, type Shape, sameShape, showShape } from '../shape.ts'
import { asTensor, type Tensor, type TensorLike } from '../tensor.ts'
import { type ClassWeight, classWeights } from './class-weight.ts'
import type { Live } from './live.ts'
import { outputShapeOf } from './network.ts'
import type { Samples } from './rows.ts'

/** Labels and weights that go with data. */
export interface Given {
  readonly x: TensorLike
  readonly y?: TensorLike | undefined
  readonly sampleWeight?: TensorLike | undefined
  readonly classWeight?: ClassWeight | undefined
}

/** x as the network takes it: [N, ...sample]. Builds the network if its input was not known. */
export const inputsOf = (live: Live, x: TensorLike): Tensor => {
  live.mustLive()
  if (!live.network.sample) {
    const { shape } = asTensor(x)
    if (shape.length === 0) throw noBatch(shape)
    live.build(shape.slice(1))
  }
  const { shape, dtype } = live.sample
  const inputs = checkData(x, shape, subjectOf(live.network.layers[0] as Layer), dtype)
  checkNotEmpty(inputs, 'x')
  return inputs
}

const noBatch = (shape: Shape): GradloomError =>
  new GradloomError('shape', `x: ${showShape(shape)} has no samples; pass an array of them`, {
    subject: 'x',
  })

/**
 * Whether labels of shape `given` can stand for those of shape `wanted`: an axis of 1 at the end is
 * free.
 */
const fits = (given: Shape, wanted: BatchShape): boolean => {
  const [mine, theirs] = [given.slice(1), wanted.slice(1)]
  return (
    given.length > 0 &&
    (sameShape(mine, theirs) || sameShape([...mine, 1], theirs) || sameShape(mine, [...theirs, 1]))
  )
}

/** The usual mix-ups of labels and losses. */
const fixFor = (given: Shape, wanted: BatchShape, loss: string): string => {
  if (given.length < wanted.length && loss === 'categoricalCrossentropy') {
    return (
      'make them one-hot by oneHot(y, classes), ' +
      "or use the loss 'sparseCategoricalCrossentropy'"
    )
  }
  if (given.length > wanted.length && loss === 'sparseCategoricalCrossentropy') {
    return "give class numbers instead of rows, or use the loss 'categoricalCrossentropy'"
  }
  return "change the labels or the last layer's units"
}

/** y as the loss takes it. */
const labelsOf = (live: Live, y: TensorLike | undefined, what: string): Tensor => {
  const { network, compiled } = live.trained(what)
  const { loss } = compiled
  if (y === undefined) {
    throw new GradloomError(
      'argument',
      `${what}: y is missing; ${loss.type} compares with labels.`,
      {
        subject: 'y',
      },
    )
  }
  const output = outputShapeOf(network)
  const wanted = loss.labelShape(output)
  const labels = asTensor(y, loss.labels)
  if (!fits(labels.shape, wanted)) {
    const last = subjectOf(network.layers.at(-1) as Layer)
    throw new GradloomError(
      'shape',
      `y: ${loss.type} after ${last} (output ${showShape(output)}) expects labels of shape ` +
        `${showShape(wanted)}, was given ${showShape(labels.shape)}; ` +
        `${fixFor(labels.shape, wanted, loss.type)}`,
      { subject: 'y' },
    )
  }
  const classes = loss.classes?.(output)
  if (classes !== undefined) checkLabels(labels, classes, 'y', loss.ignoreClass)
  return labels.reshape([labels.shape[0] as number, ...(wanted.slice(1) as number[])])
}

/** One weight a sample: [N]. */
const sampleWeights = (given: TensorLike): Tensor<'float32'> => {
  const weights = asTensor(given, 'float32')
  const { shape } = weights
  const isColumn = shape.length === 1 || (shape.length === 2 && shape[1] === 1)
  if (isColumn) return weights.reshape([shape[0] as number])
  throw new GradloomError(
    'shape',
    `sampleWeight: expects one weight a sample, [batch], was given ${showShape(shape)}`,
    { subject: 'sampleWeight' },
  )
}

/**
 * sample weight × class weight; `undefined` where neither is given. Classes count for rows
 * `0..count`.
 */
const weightsOf = (
  y: Tensor,
  { sampleWeight, classWeight }: Given,
  count: number,
): Tensor<'float32'> | undefined => {
  const own = sampleWeight === undefined ? undefined : sampleWeights(sampleWeight)
  if (own) checkLengths({ y, sampleWeight: own })
  return classWeight === undefined ? own : classWeights(y, classWeight, own, count)
}

/**
 * Samples that a loss can be computed of. `what` asks for them. Classes have weights in the first
 * `classed(N)` samples, by default in all.
 */
export const samplesOf = (
  live: Live,
  given: Given,
  what: string,
  classed = (count: number): number => count,
): Samples => {
  live.trained(what)
  const x = inputsOf(live, given.x)
  const y = labelsOf(live, given.y, what)
  checkLengths({ x, y })
  return { x, y, weights: weightsOf(y, given, classed(x.shape[0] as number)) }
}

/** The same for one batch of a stream. */
export const batchSamples =
  (live: Live, what: string, classWeight?: ClassWeight) =>
  ({ x, y, sampleWeight }: Batch): Samples =>
    samplesOf(live, { x, y, sampleWeight, classWeight }, what)
