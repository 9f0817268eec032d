// What the user gives to `fit`, `evaluate` and `predict`, as tensors that fit the model. Every
// error names the layer or the argument, both shapes and the fix.

import type { AnyBatch } from '../data/batch.ts'
import { checkData, checkLabels, checkLengths, checkNotEmpty } from '../data/checks.ts'
import { isByName } from '../data/several.ts'
import { GradloomError } from '../errors.ts'
import { subjectOf } from '../layers/expect.ts'
import { type BatchShape, type Shape, sameShape, showShape } from '../shape.ts'
import { asTensor, type Tensor, type TensorLike } from '../tensor.ts'
import { type ClassWeight, classWeights } from './class-weight.ts'
import type { Task } from './compiled.ts'
import type { Live } from './live.ts'
import type { InputPort, OutputPort } from './network.ts'
import type { Samples } from './rows.ts'
import { byName, type Inputs } from './several.ts'

/** Labels and weights that go with data. */
export interface Given {
  readonly x: Inputs
  readonly y?: Inputs | undefined
  readonly sampleWeight?: Inputs | undefined
  readonly classWeight?: ClassWeight | undefined
}

/** x as the network takes it: [N, ...sample]. Builds the network if its input was not known. */
export const inputsOf = (live: Live, x: Inputs): Tensor[] => {
  live.mustLive()
  if (!live.network.inputs) {
    const { shape } = asTensor(x as TensorLike)
    if (shape.length === 0) throw noBatch(shape)
    live.build(shape.slice(1))
  }
  const ports = live.inputs
  const names = ports.map(({ name }) => name)
  const inputs = byName('x', x, names).map((given, i) => {
    const { shape, dtype, layer, name } = ports[i] as InputPort
    if (given === undefined) throw missing('x', name, 'is an input of the model')
    const input = checkData(given, shape, subjectOf(layer), dtype)
    checkNotEmpty(input, 'x')
    return input
  })
  if (inputs.length > 1) {
    checkLengths(Object.fromEntries(inputs.map((input, i) => [label('x', names, i), input])))
  }
  return inputs
}

/** `x`, or `x.name` where there are several. */
const label = (what: string, names: readonly string[], i: number): string =>
  names.length === 1 ? what : `${what}.${names[i]}`

const missing = (what: string, name: string, why: string): GradloomError =>
  new GradloomError('argument', `${what}: '${name}' is missing; it ${why}.`, { subject: what })

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

/** The targets of one output, as its loss takes them. */
const labelsOf = (
  y: TensorLike,
  { loss }: Task,
  { shape, layer }: OutputPort,
  at: string,
): Tensor => {
  const labels = asTensor(y, loss?.labels ?? 'float32')
  if (!loss) return labels
  const wanted = loss.labelShape(shape)
  if (!loss.anyLabels && !fits(labels.shape, wanted)) {
    throw new GradloomError(
      'shape',
      `${at}: ${loss.type} after ${subjectOf(layer)} (output ${showShape(shape)}) expects labels ` +
        `of shape ${showShape(wanted)}, was given ${showShape(labels.shape)}; ` +
        `${fixFor(labels.shape, wanted, loss.type)}`,
      { subject: 'y' },
    )
  }
  const classes = loss.classes?.(shape)
  if (classes !== undefined) checkLabels(labels, classes, 'y', loss.ignoreClass)
  if (loss.anyLabels) return labels
  return labels.reshape([labels.shape[0] as number, ...(wanted.slice(1) as number[])])
}

/** Targets for the outputs that have a loss or metrics. */
const targetsOf = (live: Live, y: Inputs | undefined, what: string): (Tensor | undefined)[] => {
  const { network, compiled } = live.trained(what)
  const { outputs } = network
  const { tasks, metrics } = compiled
  if (y === undefined) {
    const message = `${what}: y is missing; ${tasks[0]?.loss?.type} compares with labels.`
    throw new GradloomError('argument', message, { subject: 'y' })
  }
  const needed = tasks.map(({ loss }, i) => loss || metrics.some(({ output }) => output === i))
  const names = outputs.map(({ name }) => name)
  return byName('y', y, names).map((given, i) => {
    if (!needed[i]) return undefined
    if (given === undefined) throw missing('y', names[i] as string, 'is compared with an output')
    const at = label('y', names, i)
    return labelsOf(given, tasks[i] as Task, outputs[i] as OutputPort, at)
  })
}

/** One weight a sample, [N], or one for each place of a loss, such as [N, T]. */
const sampleWeights = (given: TensorLike): Tensor<'float32'> => {
  const weights = asTensor(given, 'float32')
  const { shape } = weights
  if (shape.length === 2 && shape[1] === 1) return weights.reshape([shape[0] as number])
  if (shape.length > 0) return weights
  throw new GradloomError(
    'shape',
    `sampleWeight: expects one weight a sample, [batch], was given ${showShape(shape)}`,
    { subject: 'sampleWeight' },
  )
}

/** Weights for each output: the same ones for all, or each its own. */
const ownWeights = (
  given: Inputs | undefined,
  names: readonly string[],
): (Tensor<'float32'> | undefined)[] => {
  if (given === undefined) return []
  const isPlain = !isByName(given) && !(Array.isArray(given) && typeof given[0] === 'object')
  if (isPlain) {
    const weights = sampleWeights(given as TensorLike)
    return names.map(() => weights)
  }
  return byName('sampleWeight', given, names).map((x) => (x === undefined ? x : sampleWeights(x)))
}

/**
 * sample weight × class weight, for each output; `undefined` where neither is given. Classes count
 * for rows `0..count`.
 */
const weightsOf = (
  targets: readonly (Tensor | undefined)[],
  { sampleWeight, classWeight }: Given,
  names: readonly string[],
  count: number,
): (Tensor<'float32'> | undefined)[] => {
  const own = ownWeights(sampleWeight, names)
  for (const [i, weights] of own.entries()) checkLengths({ y: targets[i], sampleWeight: weights })
  if (classWeight === undefined) return own.map((weights, i) => targets[i] && weights)
  if (targets.length === 1) return [classWeights(targets[0] as Tensor, classWeight, own[0], count)]
  throw new GradloomError(
    'argument',
    'classWeight: the model has several outputs; use sampleWeight with weights for each.',
    { subject: 'classWeight' },
  )
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
  const y = targetsOf(live, given.y, what)
  for (const targets of y) checkLengths({ x: x[0], y: targets })
  const names = live.network.outputs.map(({ name }) => name)
  return { x, y, weights: weightsOf(y, given, names, classed(x[0]?.shape[0] ?? 0)) }
}

/** The same for one batch of a stream. */
export const batchSamples =
  (live: Live, what: string, classWeight?: ClassWeight) =>
  ({ x, y, sampleWeight }: AnyBatch): Samples =>
    samplesOf(live, { x, y, sampleWeight, classWeight }, what)
