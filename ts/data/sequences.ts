// Sequences: windows over a time series, and lists of different lengths made into one tensor.

import { GradloomError } from '../errors.ts'
import type { Dtype } from '../shape.ts'
import { asTensor, type Tensor, type TensorLike } from '../tensor.ts'
import { wholeNumber } from './dataset.ts'
import { dataset, type StreamDataset } from './pipeline.ts'
import { takeRows } from './rows.ts'

export interface TimeseriesOptions {
  /** Steps in a window. */
  sequenceLength: number
  /** From the start of one window to that of the next. Default 1. */
  sequenceStride?: number
  /** From one step of a window to the next. Default 1. */
  samplingRate?: number
  /** Windows a batch; `null` for single ones. Default 128. */
  batchSize?: number | null
  /** Default false. */
  shuffle?: boolean
  /** Of the shuffling. Default 0. */
  seed?: number
  /** The part of the data that is used. Default: all. */
  startIndex?: number
  endIndex?: number
}

/**
 * Windows over data: [T, ...] → x: [B, sequenceLength, ...], and y: [B, ...], the target at the
 * start of each window, as `keras.utils.timeseries_dataset_from_array`. To predict what comes
 * after a window, pass the targets moved up: `series.rows(sequenceLength)`.
 */
export const timeseriesDatasetFromArray = (
  data: TensorLike,
  targets: TensorLike | null,
  options: TimeseriesOptions,
): StreamDataset<{ x: Tensor; y?: Tensor }> => {
  const { sequenceLength: length, batchSize = 128, shuffle = false, seed = 0 } = options
  const { sequenceStride: stride = 1, samplingRate: rate = 1, startIndex = 0 } = options
  const series = asTensor(data)
  const labels = targets === null ? undefined : asTensor(targets)
  const { endIndex = series.shape[0] ?? 0 } = options
  wholeNumber('sequenceLength', length, 1)
  wholeNumber('sequenceStride', stride, 1)
  wholeNumber('samplingRate', rate, 1)
  wholeNumber('startIndex', startIndex, 0)
  const span = (length - 1) * rate
  const count = Math.min(endIndex - startIndex - span, labels?.shape[0] ?? Number.POSITIVE_INFINITY)
  if (!(count > 0 && endIndex <= (series.shape[0] ?? 0))) {
    throw new GradloomError(
      'argument',
      `timeseriesDatasetFromArray: no window of ${span + 1} steps in ${startIndex}..${endIndex} ` +
        `of [${series.shape}]; use a shorter sequenceLength or samplingRate`,
    )
  }
  const starts = dataset(Array.from({ length: Math.ceil(count / stride) }, (_, i) => i * stride))
  const windows = (shuffle ? starts.shuffle({ seed }) : starts).map((start) => {
    const first = startIndex + start
    const rows = Array.from({ length }, (_, i) => first + i * rate)
    const x = takeRows(series, rows)
    return labels ? { x, y: labels.rows(first, first + 1).reshape(labels.shape.slice(1)) } : { x }
  })
  return (batchSize === null ? windows : windows.batch(batchSize)) as StreamDataset<{ x: Tensor }>
}

export interface PadOptions<D extends Dtype> {
  /** Numbers a row. Default: as many as the longest has. */
  maxlen?: number
  /** Default 'int32'. */
  dtype?: D
  /** Where short rows are filled up. Default 'pre'. */
  padding?: 'pre' | 'post'
  /** Where long rows are cut. Default 'pre'. */
  truncating?: 'pre' | 'post'
  /** What is filled in. Default 0. */
  value?: number
}

/** Lists of numbers → [N, maxlen], as `keras.utils.pad_sequences`. */
export const padSequences = <D extends Dtype = 'int32'>(
  sequences: readonly ArrayLike<number>[],
  options: PadOptions<D> = {},
): Tensor<D> => {
  const { dtype = 'int32' as D, padding = 'pre', truncating = 'pre', value = 0 } = options
  const longest = Math.max(0, ...sequences.map((row) => row.length))
  const length = wholeNumber('maxlen', options.maxlen ?? longest, 0)
  const flat = new Float64Array(sequences.length * length).fill(value)
  sequences.forEach((row, i) => {
    const all = Float64Array.from(row)
    const cut = Math.max(0, all.length - length)
    const kept = truncating === 'pre' ? all.subarray(cut) : all.subarray(0, all.length - cut)
    flat.set(kept, i * length + (padding === 'pre' ? length - kept.length : 0))
  })
  return asTensor(flat, dtype).reshape([sequences.length, length])
}
