// R², the part of the variance that the outputs explain, by the formulas of Keras 3.

import { oneOf, text, whole } from '../checks.ts'
import { labelsLike } from '../composites/common.ts'
import type { SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import { expectRows } from './f-score.ts'
import type { MetricOptions } from './mean-metric.ts'
import type { Metric } from './metric.ts'
import { stacked, weightsLike } from './sums.ts'

const AGGREGATIONS = ['uniformAverage', 'varianceWeightedAverage', null] as const

export interface R2ScoreOptions extends MetricOptions {
  /** How the columns become one number; null: a number for each. Default `'uniformAverage'`. */
  classAggregation?: (typeof AGGREGATIONS)[number]
  /** Independent variables, for the adjusted score. Default 0: not adjusted. */
  numRegressors?: number
}

const total = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)

/** 1 − Σ w(y − p)² / Σ w(y − ȳ)² of each column of yTrue, yPred: [B, C] */
export const r2Score = (options: R2ScoreOptions = {}): Metric => {
  const type = 'r2Score'
  const { classAggregation = 'uniformAverage', numRegressors = 0, name = type } = options
  oneOf(type, 'classAggregation', classAggregation, AGGREGATIONS)
  whole(type, 'numRegressors', numRegressors)
  const adjusted = (score: number, samples: number): number => {
    const free = samples - numRegressors - 1
    return numRegressors === 0 || free <= 0 ? score : 1 - ((1 - score) * (samples - 1)) / free
  }
  return {
    type,
    name: text(type, 'name', name),
    sums: (yTrue, yPred, weights) => {
      expectRows(type, yPred)
      const y = labelsLike(type, yTrue, yPred)
      const w = weightsLike(weights, yPred)
      const wy = ops.mul(w, y)
      const error = ops.mul(w, ops.square(ops.sub(y, yPred)))
      const parts = [w, wy, ops.mul(wy, y), error, ops.equal(w, w)]
      return stacked(parts.map((part: SymbolicTensor) => ops.sum(part, [0])))
    },
    result: (sums) => {
      const columns = sums.length / 5
      const [count, sum, squares, errors, samples] = [0, 1, 2, 3, 4].map((i) =>
        sums.slice(i * columns, (i + 1) * columns),
      ) as [number[], number[], number[], number[], number[]]
      const spread = squares.map((s, i) => s - (sum[i] as number) ** 2 / (count[i] as number))
      const scores = spread.map((s, i) => {
        const score = 1 - (errors[i] as number) / s
        return Math.abs(score) === Number.POSITIVE_INFINITY ? 0 : score
      })
      const finish = (score: number) => adjusted(score, total(samples))
      if (classAggregation === null) return scores.map(finish)
      if (classAggregation === 'uniformAverage') return finish(total(scores) / columns)
      return finish(total(scores.map((score, i) => score * (spread[i] as number))) / total(spread))
    },
    config: () => ({ name, classAggregation, numRegressors }),
  }
}
