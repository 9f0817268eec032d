// F scores (van Rijsbergen 1979): precision and recall in one number, by class or together.

import { badArgument, oneOf, positive, text } from '../checks.ts'
import { EPSILON, labelsLike } from '../composites/common.ts'
import { GradloomError } from '../errors.ts'
import type { SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import { showShape } from '../shape.ts'
import type { MetricOptions } from './mean-metric.ts'
import type { Metric } from './metric.ts'
import { stacked, weightsLike } from './sums.ts'

const AVERAGES = ['micro', 'macro', 'weighted', null] as const

export interface F1ScoreOptions extends MetricOptions {
  /**
   * `'micro'`: of all classes together; `'macro'`: mean of the classes; `'weighted'`: by how many
   * samples they have; null: a number for each class. Default null.
   */
  average?: (typeof AVERAGES)[number]
  /** What is above it is a yes: 0 < threshold ≤ 1. Default null: the largest of each row. */
  threshold?: number | null
}

export interface FBetaScoreOptions extends F1ScoreOptions {
  /** How many times recall counts what precision does. Default 1. */
  beta?: number
}

/** 1 where the answer is a yes: [B, C] */
const yesOf = (yPred: SymbolicTensor, threshold: number | null): SymbolicTensor => {
  if (threshold !== null) return ops.less(threshold, yPred)
  const largest = ops.lessEqual(ops.max(yPred, -1, true), yPred)
  return ops.mul(largest, ops.less(1e-9, ops.abs(yPred)))
}

/** A metric that needs rows of columns. */
export const expectRows = (type: string, { shape }: SymbolicTensor): void => {
  if (shape.length === 2) return
  const shown = showShape([null, ...shape.slice(1)])
  throw new GradloomError('shape', `${type}: the output must be [batch, size], but is ${shown}.`, {
    subject: type,
  })
}

const total = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)

const score = (beta: number, tp: number, fp: number, fn: number): number => {
  const [precision, recall] = [tp / (tp + fp + EPSILON), tp / (tp + fn + EPSILON)]
  return ((1 + beta ** 2) * precision * recall) / (beta ** 2 * precision + recall + EPSILON)
}

const fScore = (
  type: string,
  { average = null, beta = 1, threshold = null, name = type }: FBetaScoreOptions,
  config: { beta?: number },
): Metric => {
  oneOf(type, 'average', average, AVERAGES)
  positive(type, 'beta', beta)
  if (threshold !== null && !(threshold > 0 && threshold <= 1)) {
    throw badArgument(type, 'threshold', threshold, 'a number in (0, 1], or null')
  }
  return {
    type,
    name: text(type, 'name', name),
    sums: (yTrue, yPred, weights) => {
      expectRows(type, yPred)
      const y = labelsLike(type, yTrue, yPred)
      const [yes, w] = [yesOf(yPred, threshold), weightsLike(weights, yPred)]
      const [right, called, due] = [ops.mul(yes, y), yes, y].map((x) => ops.sum(ops.mul(x, w), [0]))
      return stacked([right, called, due] as SymbolicTensor[])
    },
    result: (sums) => {
      const classes = sums.length / 3
      const rows = [0, 1, 2].map((i) => sums.slice(i * classes, (i + 1) * classes))
      const [right, called, due] = (
        average === 'micro' ? rows.map((row) => [total(row)]) : rows
      ) as [number[], number[], number[]]
      const scores = right.map((tp, i) =>
        score(beta, tp, (called[i] as number) - tp, (due[i] as number) - tp),
      )
      if (average === null) return scores
      if (average !== 'weighted') return total(scores) / scores.length
      return total(scores.map((s, i) => s * (due[i] as number))) / (total(due) + EPSILON)
    },
    config: () => ({ name, average, threshold, ...config }),
  }
}

/** (1 + β²)·precision·recall / (β²·precision + recall); labels 0 and 1 in the shape [B, C]. */
export const fBetaScore = (options: FBetaScoreOptions = {}): Metric =>
  fScore('fBetaScore', options, { beta: options.beta ?? 1 })

/** 2·precision·recall / (precision + recall); labels 0 and 1 in the shape [B, C]. */
export const f1Score = (options: F1ScoreOptions = {}): Metric =>
  fScore('f1Score', { ...options, beta: 1 }, {})
