// Area under a curve over many thresholds: ROC, precision by recall (Davis & Goadrich 2006), or
// their gains (Flach & Kull 2015), by the formulas of Keras 3.

import {
  badArgument,
  flag,
  fraction,
  notNegative,
  numbers,
  oneOf,
  positiveWhole,
  text,
} from '../checks.ts'
import { EPSILON } from '../composites/common.ts'
import * as ops from '../ops.ts'
import { precisionAt, recallAt } from './confusion.ts'
import { bucketSums, type Counts, countsOf, evenly, ratio } from './counts.ts'
import type { MetricOptions } from './mean-metric.ts'
import type { Metric } from './metric.ts'

const CURVES = ['ROC', 'PR', 'PRGAIN'] as const
const METHODS = ['interpolation', 'majoring', 'minoring'] as const

export interface AucOptions extends MetricOptions {
  /** Thresholds between 0 and 1, both counted. Default 200. */
  numThresholds?: number
  /** Default `'ROC'`. */
  curve?: (typeof CURVES)[number]
  /** Height between two points: their mean, the larger, the smaller. Default `'interpolation'`. */
  summationMethod?: (typeof METHODS)[number]
  /** Thresholds of your own between 0 and 1. Default null: `numThresholds` of them. */
  thresholds?: readonly number[] | null
  /** Whether each class has a curve of its own; the mean of the areas counts. Default false. */
  multiLabel?: boolean
  /** Weight of each class. Default null: 1. */
  labelWeights?: readonly number[] | null
  /** Whether the outputs are logits. Default false. */
  fromLogits?: boolean
}

type Points = (counts: Counts, i: number) => readonly [number, number]

const gains: Points = ({ truePositives, falsePositives, trueNegatives, falseNegatives }, i) => {
  const [tp, fp, tn, fn] = [truePositives, falsePositives, trueNegatives, falseNegatives].map(
    (counts) => counts[i] as number,
  ) as [number, number, number, number]
  if (tp === 0) return [0, 1]
  const scale = ratio(tp + fn, tn + fp)
  return [Math.max(1 - (scale * fn) / tp, 0), 1 - (scale * fp) / tp]
}

/** x and y of a curve at a threshold. */
const points: Record<(typeof CURVES)[number], Points> = {
  ROC: (counts, i) => {
    const [fp, tn] = [counts.falsePositives[i] as number, counts.trueNegatives[i] as number]
    return [ratio(fp, fp + tn), recallAt(counts, i)]
  },
  PR: (counts, i) => [recallAt(counts, i), precisionAt(counts, i)],
  PRGAIN: gains,
}

const heights: Record<(typeof METHODS)[number], (a: number, b: number) => number> = {
  interpolation: (a, b) => (a + b) / 2,
  majoring: Math.max,
  minoring: Math.min,
}

/** Σ over neighbouring thresholds i and i + 1. */
const overSteps = (counts: Counts, term: (i: number) => number): number => {
  let sum = 0
  for (let i = 0; i + 1 < counts.truePositives.length; i++) sum += term(i)
  return sum
}

/** Precision is no line between two points, so that its area has a logarithm. */
const precisionRecallArea = (counts: Counts): number => {
  const { truePositives: tp, falsePositives: fp, falseNegatives: fn } = counts
  return overSteps(counts, (i) => {
    const [tp0, tp1] = [tp[i] as number, tp[i + 1] as number]
    const [p0, p1] = [tp0 + (fp[i] as number), tp1 + (fp[i + 1] as number)]
    const slope = ratio(tp0 - tp1, Math.max(p0 - p1, 0))
    const step = p0 > 0 && p1 > 0 ? Math.log(p0 / p1) : 0
    return ratio(slope * (tp0 - tp1 + (tp1 - slope * p1) * step), tp1 + (fn[i + 1] as number))
  })
}

/** The mean of the areas of the labels. */
const weightedMean = (areas: readonly number[], weights: readonly number[] | null): number => {
  const total = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0)
  const each = weights ?? areas.map(() => 1)
  return ratio(total(areas.map((area, i) => area * (each[i] as number))), total(each))
}

const thresholdsOf = (type: string, { thresholds, numThresholds = 200 }: AucOptions): number[] => {
  const given = thresholds ?? null
  if (given !== null) return numbers(type, 'thresholds', given, fraction).sort((a, b) => a - b)
  if (positiveWhole(type, 'numThresholds', numThresholds) > 1) {
    return evenly(numThresholds).slice(1, -1)
  }
  throw badArgument(type, 'numThresholds', numThresholds, 'a whole number > 1')
}

/** Area under the curve; labels 0 and 1 in the shape of the output. */
export const auc = (options: AucOptions = {}): Metric => {
  const type = 'auc'
  const { name = type } = options
  const inner = thresholdsOf(type, options)
  const thresholds = [-EPSILON, ...inner, 1 + EPSILON]
  const curve = oneOf(type, 'curve', options.curve ?? 'ROC', CURVES)
  const method = options.summationMethod ?? 'interpolation'
  const summationMethod = oneOf(type, 'summationMethod', method, METHODS)
  const multiLabel = flag(type, 'multiLabel', options.multiLabel ?? false)
  const fromLogits = flag(type, 'fromLogits', options.fromLogits ?? false)
  const given = options.labelWeights ?? null
  const labelWeights = given === null ? null : numbers(type, 'labelWeights', given, notNegative)
  const even = !options.thresholds
  const counting = { type, thresholds, even, perLabel: multiLabel }
  const own = multiLabel ? counting : { ...counting, labelWeights }
  const area = (counts: Counts): number => {
    if (curve === 'PR' && summationMethod === 'interpolation') return precisionRecallArea(counts)
    return overSteps(counts, (i) => {
      const [[x0, y0], [x1, y1]] = [points[curve](counts, i), points[curve](counts, i + 1)]
      return (x0 - x1) * heights[summationMethod](y0, y1)
    })
  }
  return {
    type,
    name: text(type, 'name', name),
    sums: (yTrue, yPred, weights) =>
      bucketSums(own, yTrue, fromLogits ? ops.sigmoid(yPred) : yPred, weights),
    result: (sums) => {
      const areas = countsOf(thresholds, sums).map(area)
      return multiLabel ? weightedMean(areas, labelWeights) : (areas[0] as number)
    },
    config: () => ({
      name,
      numThresholds: thresholds.length,
      thresholds: even ? null : inner,
      curve,
      summationMethod,
      multiLabel,
      labelWeights,
      fromLogits,
    }),
  }
}
