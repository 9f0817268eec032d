// Intersection over union (Jaccard 1901) of what is and what is called a class, as in Keras 3.

import {
  badArgument,
  finite,
  flag,
  integer,
  list,
  numbers,
  positiveWhole,
  text,
  whole,
} from '../checks.ts'
import { EPSILON } from '../composites/common.ts'
import type { SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import { classNumbers, pairSums } from './class-pairs.ts'
import type { MetricOptions } from './mean-metric.ts'
import type { Metric } from './metric.ts'

export interface MeanIoUOptions extends MetricOptions {
  numClasses: number
  /** A label that does not count. Default null. */
  ignoreClass?: number | null
  /** Whether labels are class numbers rather than one-hot. Default true. */
  sparseYTrue?: boolean
  /** Whether outputs are class numbers rather than scores. Default true. */
  sparseYPred?: boolean
  /** Axis of the classes where they are not sparse. Default −1, the last. */
  axis?: number
}

export interface IoUOptions extends MeanIoUOptions {
  /** The classes whose mean is taken. */
  targetClassIds: readonly number[]
}

export interface BinaryIoUOptions extends MetricOptions {
  /** The classes whose mean is taken. Default `[0, 1]`. */
  targetClassIds?: readonly number[]
  /** From here on an output is class 1. Default 0.5. */
  threshold?: number
}

type Pair = (
  yTrue: SymbolicTensor,
  yPred: SymbolicTensor,
) => readonly [SymbolicTensor, SymbolicTensor]

/** Mean over the target classes that occur. */
const meanOverlap = (sums: readonly number[], classes: number, targets: readonly number[]) => {
  const at = (t: number, p: number) => sums[t * classes + p] ?? 0
  const all = [...Array(classes).keys()]
  let [found, total] = [0, 0]
  for (const c of targets) {
    const union = all.reduce((n, other) => n + at(c, other) + at(other, c), 0) - at(c, c)
    if (union <= 1e-9) continue
    found += 1
    total += at(c, c) / (union + EPSILON)
  }
  return total / (found + EPSILON)
}

const overlap = (
  type: string,
  name: string,
  { numClasses, targetClassIds, ignoreClass = null }: IoUOptions,
  pair: Pair,
  config: Record<string, number | boolean | number[] | null>,
): Metric => {
  if (
    list(type, 'targetClassIds', targetClassIds).some(
      (target) => !(target >= 0 && target < numClasses),
    )
  ) {
    throw badArgument(type, 'targetClassIds', targetClassIds, `below the ${numClasses} classes`)
  }
  if (ignoreClass !== null) integer(type, 'ignoreClass', ignoreClass)
  return {
    type,
    name: text(type, 'name', name),
    sums: (yTrue, yPred, weights) =>
      pairSums(type, numClasses, pair(yTrue, yPred), weights, ignoreClass),
    result: (sums) => meanOverlap(sums, numClasses, targetClassIds),
    config: () => ({ name, ...config }),
  }
}

const described = (
  type: string,
  options: IoUOptions,
  own: readonly ('targetClassIds' | 'sparseYTrue')[],
): Metric => {
  const { numClasses, ignoreClass = null, axis = -1, name = type } = options
  positiveWhole(type, 'numClasses', numClasses)
  const sparseYTrue = flag(type, 'sparseYTrue', options.sparseYTrue ?? true)
  const sparseYPred = flag(type, 'sparseYPred', options.sparseYPred ?? true)
  integer(type, 'axis', axis)
  const targetClassIds = numbers(type, 'targetClassIds', options.targetClassIds, whole)
  const ownOptions = { targetClassIds, sparseYTrue }
  const pair: Pair = (yTrue, yPred) => [
    classNumbers(yTrue, sparseYTrue, axis),
    classNumbers(yPred, sparseYPred, axis),
  ]
  return overlap(type, name, options, pair, {
    numClasses,
    ignoreClass,
    sparseYPred,
    axis,
    ...Object.fromEntries(own.map((option) => [option, ownOptions[option]])),
  })
}

const everyClass = (numClasses: number): number[] => [
  ...Array(Number.isInteger(numClasses) ? numClasses : 0).keys(),
]

/** Mean of intersection over union of some classes. */
export const iou = (options: IoUOptions): Metric =>
  described('iou', options, ['targetClassIds', 'sparseYTrue'])

/** Mean of intersection over union of all classes. */
export const meanIoU = (options: MeanIoUOptions): Metric =>
  described('meanIoU', { ...options, targetClassIds: everyClass(options.numClasses) }, [
    'sparseYTrue',
  ])

/** `iou` of one-hot labels and scores (or of class numbers, with `sparseYPred`). */
export const oneHotIoU = (options: Omit<IoUOptions, 'sparseYTrue'>): Metric =>
  described('oneHotIoU', { sparseYPred: false, ...options, sparseYTrue: false }, ['targetClassIds'])

/** `meanIoU` of one-hot labels and scores (or of class numbers, with `sparseYPred`). */
export const oneHotMeanIoU = (options: Omit<MeanIoUOptions, 'sparseYTrue'>): Metric => {
  const targetClassIds = everyClass(options.numClasses)
  const all = { sparseYPred: false, ...options, sparseYTrue: false, targetClassIds }
  return described('oneHotMeanIoU', all, [])
}

/** `iou` of one probability a place; labels 0 and 1. */
export const binaryIoU = ({
  targetClassIds = [0, 1],
  threshold = 0.5,
  name = 'binaryIoU',
}: BinaryIoUOptions = {}): Metric => {
  const type = 'binaryIoU'
  finite(type, 'threshold', threshold)
  const pair: Pair = (yTrue, yPred) => [
    classNumbers(yTrue, true, -1),
    ops.lessEqual(threshold, yPred),
  ]
  const config = {
    targetClassIds: numbers(type, 'targetClassIds', targetClassIds, whole),
    threshold,
  }
  return overlap(type, name, { numClasses: 2, targetClassIds }, pair, config)
}
