// Counts of right and wrong answers at any number of thresholds. A batch adds each answer to the
// bucket between two thresholds; the counts are sums of buckets, made when they are asked for.

import { labelsLike } from '../composites/common.ts'
import { GradloomError } from '../errors.ts'
import type { SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import { sizeOf } from '../shape.ts'
import { stacked, weightsLike } from './sums.ts'

/** Weights of the answers at each threshold, in its order. */
export interface Counts {
  readonly truePositives: number[]
  readonly falsePositives: number[]
  readonly trueNegatives: number[]
  readonly falseNegatives: number[]
}

export interface Counting {
  readonly type: string
  /** Answers above a threshold are a yes. Ascending. */
  readonly thresholds: readonly number[]
  /** Whether they divide [0, 1] evenly; the first may lie below 0. */
  readonly even?: boolean
  /** Only the k largest of a row can be a yes. */
  readonly topK?: number | null
  /** Only this class counts. */
  readonly classId?: number | null
  /** Whether the classes are counted apart. */
  readonly perLabel?: boolean
  /** Weight of each class. */
  readonly labelWeights?: readonly number[] | null
}

/** What is not among the k largest of its row, or is of another class. */
const NEVER = -1e10

/** a / b, and 0 for b = 0. */
export const ratio = (a: number, b: number): number => (b === 0 ? 0 : a / b)

/** Thresholds 0, 1 / (count − 1), …, 1. */
export const evenly = (count: number): number[] =>
  Array.from({ length: count }, (_, i) => i / (count - 1))

/** x with what is not among the k largest of its row far down. */
const onlyTop = (x: SymbolicTensor, k: number): SymbolicTensor => {
  const classes = x.shape.at(-1) as number
  let rest = x
  let chosen: SymbolicTensor | undefined
  for (let i = 0; i < Math.min(k, classes); i++) {
    const hot = ops.oneHot(ops.argmax(rest, -1), classes)
    chosen = chosen ? ops.add(chosen, hot) : hot
    rest = ops.where(hot, Number.NEGATIVE_INFINITY, rest)
  }
  return ops.where(chosen as SymbolicTensor, x, NEVER)
}

/** Column `classId` of x: [..., C] → [..., 1] */
const columnOf = (type: string, x: SymbolicTensor, classId: number): SymbolicTensor => {
  const classes = x.shape.at(-1) as number
  if (x.shape.length < 2 || classId >= classes) {
    throw new GradloomError('argument', `${type}: classId ${classId} is none of ${classes}.`, {
      subject: type,
    })
  }
  const column = Float32Array.from({ length: classes }, (_, i) => (i === classId ? 1 : 0))
  return ops.sum(ops.where(x.graph.constant(column), x, 0), [-1], true)
}

/** How many thresholds each answer is above: [...], f32 */
const bucketsOf = ({ thresholds, even }: Counting, yPred: SymbolicTensor): SymbolicTensor => {
  if (!even) return thresholds.map((t) => ops.less(t, yPred)).reduce((a, b) => ops.add(a, b))
  const scaled = ops.mul(ops.clip(yPred, 0, 1), 1 - thresholds.length)
  const above = ops.neg(ops.floor(scaled))
  return (thresholds[0] as number) < 0 ? ops.maximum(above, 1) : above
}

/** → [buckets · labels, 2]: weights of the yeses and of the noes. */
export const bucketSums = (
  counting: Counting,
  yTrue: SymbolicTensor,
  yPred: SymbolicTensor,
  weights: SymbolicTensor,
): SymbolicTensor => {
  const { type, thresholds, topK, classId, perLabel, labelWeights } = counting
  const column = (x: SymbolicTensor) =>
    (classId ?? null) === null ? x : columnOf(type, x, classId as number)
  const isYes = column(ops.sub(1, ops.equal(labelsLike(type, yTrue, yPred), 0)))
  const answers = column(topK ? onlyTop(yPred, topK) : yPred)
  const labels = perLabel ? (answers.shape.at(-1) as number) : 1
  const own = weightsLike(weights, answers)
  const constant = (numbers: readonly number[]) => yPred.graph.constant(Float32Array.from(numbers))
  const each = labelWeights ? ops.mul(own, constant(labelWeights)) : own
  const size = sizeOf(answers.shape)
  const flat = (x: SymbolicTensor) => ops.reshape(x, [size])
  const sides = stacked([ops.mul(each, isYes), ops.mul(each, ops.sub(1, isYes))].map(flat))
  const bucket = ops.mulAdd(
    bucketsOf(counting, answers),
    labels,
    constant([...Array(labels).keys()]),
  )
  const count = (thresholds.length + 1) * labels
  return ops.scatterAddRows(ops.transpose(sides, [1, 0]), flat(ops.castI32(bucket)), count)
}

/** Counts of each label (of one, unless they are counted apart) from the added sums. */
export const countsOf = (thresholds: readonly number[], sums: readonly number[]): Counts[] => {
  const buckets = thresholds.length + 1
  const labels = Math.max(1, sums.length / (2 * buckets))
  return Array.from({ length: labels }, (_, label) => {
    const at = (bucket: number, side: number) => sums[2 * (bucket * labels + label) + side] ?? 0
    /** Weights above each threshold, and all. */
    const above = (side: number): number[] => {
      const sum = new Array<number>(buckets).fill(0)
      for (let b = buckets - 1; b >= 0; b--) sum[b] = (sum[b + 1] ?? 0) + at(b, side)
      return sum
    }
    const [[yes = 0, ...truePositives], [no = 0, ...falsePositives]] = [above(0), above(1)]
    return {
      truePositives,
      falsePositives,
      trueNegatives: falsePositives.map((n) => no - n),
      falseNegatives: truePositives.map((n) => yes - n),
    }
  })
}
