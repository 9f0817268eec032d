// Metrics at one or several thresholds: the four counts of right and wrong answers, precision and
// recall, as in Keras 3.

import { fraction, numbers, positiveWhole, text, whole } from '../checks.ts'
import { bucketSums, type Counts, countsOf, ratio } from './counts.ts'
import type { MetricOptions } from './mean-metric.ts'
import type { Metric } from './metric.ts'

export interface ThresholdOptions extends MetricOptions {
  /**
   * What is above it counts as a yes; several give several numbers. 0 ≤ thresholds ≤ 1.
   * Default 0.5.
   */
  thresholds?: number | readonly number[] | null
}

export interface PrecisionOptions extends ThresholdOptions {
  /**
   * Only the k largest of a row can be a yes; without thresholds all of them are. Default null:
   * no such limit.
   */
  topK?: number | null
  /** Only this class counts. Default null: all. */
  classId?: number | null
}

type Pick = (counts: Counts, i: number) => number

const thresholdMetric = (
  type: string,
  { thresholds = null, topK = null, classId = null, name = type }: PrecisionOptions,
  pick: Pick,
  own: readonly ('topK' | 'classId')[] = [],
): Metric => {
  if (topK !== null) positiveWhole(type, 'topK', topK)
  if (classId !== null) whole(type, 'classId', classId)
  const all = topK === null ? [0.5] : [-1e10]
  const given = thresholds === null ? all : numbers(type, 'thresholds', thresholds, fraction)
  const sorted = [...given].sort((a, b) => a - b)
  const counting = { type, thresholds: sorted, topK, classId }
  const options = { topK, classId }
  return {
    type,
    name: text(type, 'name', name),
    sums: (...tensors) => bucketSums(counting, ...tensors),
    result: (sums) => {
      const [counts] = countsOf(sorted, sums) as [Counts]
      const each = given.map((threshold) => pick(counts, sorted.indexOf(threshold)))
      return each.length === 1 ? (each[0] as number) : each
    },
    config: () => ({
      name,
      thresholds: thresholds === null ? null : given,
      ...Object.fromEntries(own.map((option) => [option, options[option]])),
    }),
  }
}

const count = (type: keyof Counts, options: ThresholdOptions): Metric =>
  thresholdMetric(type, options, (counts, i) => counts[type][i] as number)

/** Weight of the yeses that are called yes. */
export const truePositives = (options: ThresholdOptions = {}): Metric =>
  count('truePositives', options)

/** Weight of the noes that are called yes. */
export const falsePositives = (options: ThresholdOptions = {}): Metric =>
  count('falsePositives', options)

/** Weight of the noes that are called no. */
export const trueNegatives = (options: ThresholdOptions = {}): Metric =>
  count('trueNegatives', options)

/** Weight of the yeses that are called no. */
export const falseNegatives = (options: ThresholdOptions = {}): Metric =>
  count('falseNegatives', options)

/** Part of the true positives, among them and the counts of `others`. */
export const shareOf =
  (part: keyof Counts, others: keyof Counts): Pick =>
  (counts, i) =>
    ratio(counts[part][i] as number, (counts[part][i] as number) + (counts[others][i] as number))

export const precisionAt = shareOf('truePositives', 'falsePositives')
export const recallAt = shareOf('truePositives', 'falseNegatives')
export const specificityAt = shareOf('trueNegatives', 'falsePositives')

/** Part of what is called yes that is a yes; 0 where nothing is. */
export const precision = (options: PrecisionOptions = {}): Metric =>
  thresholdMetric('precision', options, precisionAt, ['topK', 'classId'])

/** Part of the yeses that are called yes; 0 where there are none. */
export const recall = (options: PrecisionOptions = {}): Metric =>
  thresholdMetric('recall', options, recallAt, ['topK', 'classId'])
