// The best of one rate where another is at least a given value, over many thresholds.

import { fraction, positiveWhole, text, whole } from '../checks.ts'
import { precisionAt, recallAt, specificityAt } from './confusion.ts'
import { bucketSums, type Counts, countsOf, evenly } from './counts.ts'
import type { MetricOptions } from './mean-metric.ts'
import type { Metric } from './metric.ts'

export interface TradeOffOptions extends MetricOptions {
  /** Thresholds between 0 and 1 that are tried. Default 200. */
  numThresholds?: number
  /** Only this class counts. Default null: all. */
  classId?: number | null
}

type Rate = (counts: Counts, i: number) => number

/** The largest `best` at the thresholds where `held` is at least `value`; 0 where it never is. */
const tradeOff = (
  type: string,
  given: Record<string, number>,
  { numThresholds = 200, classId = null, name = type }: TradeOffOptions,
  [held, best]: readonly [Rate, Rate],
): Metric => {
  const [[option, value]] = Object.entries(given) as [[string, number]]
  fraction(type, option, value)
  positiveWhole(type, 'numThresholds', numThresholds)
  if (classId !== null) whole(type, 'classId', classId)
  const even = numThresholds > 1
  const thresholds = even ? evenly(numThresholds) : [0.5]
  const counting = { type, thresholds, even, classId }
  return {
    type,
    name: text(type, 'name', name),
    sums: (...tensors) => bucketSums(counting, ...tensors),
    result: (sums) => {
      const [counts] = countsOf(thresholds, sums) as [Counts]
      return thresholds.reduce(
        (most, _, i) => (held(counts, i) >= value ? Math.max(most, best(counts, i)) : most),
        0,
      )
    },
    config: () => ({ name, [option]: value, numThresholds, classId }),
  }
}

/** Best sensitivity (recall) where specificity is at least `specificity`. */
export const sensitivityAtSpecificity = ({
  specificity,
  ...options
}: TradeOffOptions & { specificity: number }): Metric =>
  tradeOff('sensitivityAtSpecificity', { specificity }, options, [specificityAt, recallAt])

/** Best specificity where sensitivity (recall) is at least `sensitivity`. */
export const specificityAtSensitivity = ({
  sensitivity,
  ...options
}: TradeOffOptions & { sensitivity: number }): Metric =>
  tradeOff('specificityAtSensitivity', { sensitivity }, options, [recallAt, specificityAt])

/** Best precision where recall is at least `recall`. */
export const precisionAtRecall = ({
  recall,
  ...options
}: TradeOffOptions & { recall: number }): Metric =>
  tradeOff('precisionAtRecall', { recall }, options, [recallAt, precisionAt])

/** Best recall where precision is at least `precision`. */
export const recallAtPrecision = ({
  precision,
  ...options
}: TradeOffOptions & { precision: number }): Metric =>
  tradeOff('recallAtPrecision', { precision }, options, [precisionAt, recallAt])
