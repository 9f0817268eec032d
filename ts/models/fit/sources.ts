// Where the samples of `fit` and `evaluate` come from, pass after pass: arrays, which are kept in
// the workers for a `fit`, or streams of batches.

import { type BatchLike, toBatch } from '../../data/batch.ts'
import {
  type BatchSource,
  type Dataset,
  dataset,
  isDataset,
  type StreamDataset,
} from '../../data/dataset.ts'
import { arraysToBatches, trainingSamples } from '../../data/plan.ts'
import { GradloomError } from '../../errors.ts'
import { core } from '../../runtime/core.ts'
import { isFatal } from '../../runtime/faults.ts'
import type { ClassWeight } from '../class-weight.ts'
import type { Live } from '../live.ts'
import { ArrayReader, inOrder, type Reader } from '../readers.ts'
import { countOf, FedRows, ResidentRows, type Rows, type Samples } from '../rows.ts'
import { batchSamples, samplesOf } from '../samples.ts'
import type { Inputs } from '../several.ts'
import { StreamReader } from '../stream-reader.ts'
import type { FitOptions, FitSettings } from './options.ts'

/** Samples that can be read again and again. */
export interface Source {
  /** Of one pass, where known. */
  readonly samples: number | undefined
  readonly steps: number | undefined
  /** The arrays, where there are any: to look for mistakes in. */
  readonly arrays: Samples | undefined
  /** A pass for epoch `epoch`, the `pass`-th over the life of the model. */
  open(epoch: number, pass: number, signal?: AbortSignal): Reader
}

/** What takes the place of x and y. */
export type DatasetLike = Dataset | BatchSource

/** Whether `x` brings its own labels: a dataset, a generator function, an async iterable. */
export const isDatasetLike = (x: Inputs | DatasetLike): x is DatasetLike =>
  isDataset(x) ||
  typeof x === 'function' ||
  (typeof x === 'object' && x !== null && Symbol.asyncIterator in x)

export const asDataset = (x: DatasetLike): Dataset => (isDataset(x) ? x : dataset(x))

interface Cut {
  readonly samples: Samples
  readonly rows: Rows
  readonly first: number
  readonly count: number
  readonly batchSize: number
  readonly shuffle: boolean
}

/** Samples `first..first + count` of arrays. */
const fromArrays = (live: Live, cut: Cut): Source => ({
  samples: cut.count,
  steps: arraysToBatches(cut.count, cut.batchSize).steps,
  arrays: cut.samples,
  open: (_epoch, pass) => {
    const order = cut.shuffle
      ? core().permutation(cut.count, ...live.store.seed, pass)
      : inOrder(cut.count, cut.first)
    return new ArrayReader(cut.rows, order, cut.batchSize)
  },
})

export const fromStream = (
  live: Live,
  stream: StreamDataset,
  what: string,
  classWeight?: ClassWeight,
): Source => ({
  samples: undefined,
  steps: stream.steps,
  arrays: undefined,
  open: (epoch, _pass, signal) =>
    new StreamReader((ends) => stream.batches(epoch, ends), batchSamples(live, what, classWeight), [
      signal,
      live.ended,
    ]),
})

/** Arrays that are read once: each sample is sent when its turn comes. */
export const readOnce = (live: Live, samples: Samples, batchSize: number): Source => {
  const count = countOf(samples)
  const rows = new FedRows(samples)
  return fromArrays(live, { samples, rows, first: 0, count, batchSize, shuffle: false })
}

/** Puts samples into the workers; where they do not fit, they are sent with each step. */
const reside = async (live: Live, role: string, samples: Samples): Promise<Rows> => {
  const { session } = live.store
  const old = live.resident.get(role)
  if (old && !old.fits(samples)) live.programs.forget(old.key)
  const rows = old?.fits(samples) ? old : new ResidentRows(samples)
  live.resident.set(role, rows)
  try {
    await rows.write(session, samples)
    return rows
  } catch (error) {
    const isFull = error instanceof GradloomError && error.code === 'out-of-memory'
    if (!isFull || isFatal(error)) throw error
    await session.drop(rows.variables)
    return new FedRows(samples)
  }
}

/** Frees the samples in the workers. Their variables are used again by the next `fit`. */
export const leave = async (live: Live): Promise<void> => {
  const variables = [...live.resident.values()].flatMap((rows) => rows.variables)
  if (variables.length > 0) await live.store.session.drop(variables)
}

export interface Sources {
  readonly train: Source
  readonly validation: Source | undefined
}

const refuse = (option: string, why: string): GradloomError =>
  new GradloomError('argument', `fit: ${option} ${why}.`, { subject: option })

const validationOf = async (
  live: Live,
  given: BatchLike | Dataset,
  batchSize: number,
): Promise<Source> => {
  if (isDatasetLike(given as DatasetLike)) {
    const data = asDataset(given as DatasetLike)
    if (data.kind === 'stream') return fromStream(live, data, 'validationData')
    return validationOf(live, { x: data.x, y: data.y, sampleWeight: data.sampleWeight }, batchSize)
  }
  const { x, y, sampleWeight } = toBatch(given as BatchLike)
  const samples = samplesOf(live, { x, y, sampleWeight }, 'validationData')
  const rows = await reside(live, 'validation', samples)
  const count = countOf(samples)
  return fromArrays(live, { samples, rows, first: 0, count, batchSize, shuffle: false })
}

const ofStream = async (
  live: Live,
  stream: StreamDataset,
  { validationData, classWeight }: FitOptions,
  { validationSplit, batchSize }: FitSettings,
): Promise<Sources> => {
  if (validationSplit > 0) throw refuse('validationSplit', 'needs arrays; give validationData')
  const train = fromStream(live, stream, 'fit', classWeight)
  const validation = validationData && (await validationOf(live, validationData, batchSize))
  return { train, validation }
}

/** The samples of a `fit`, in place. */
export const sourcesOf = async (
  live: Live,
  x: Inputs | DatasetLike,
  y: Inputs | undefined,
  options: FitOptions,
  settings: FitSettings,
): Promise<Sources> => {
  const data = isDatasetLike(x) ? asDataset(x) : undefined
  if (data && y !== undefined) throw refuse('y', 'comes with the dataset; leave it out')
  if (data && options.sampleWeight !== undefined) {
    throw refuse('sampleWeight', 'belongs into the dataset, beside x and y')
  }
  if (data?.kind === 'stream') return ofStream(live, data, options, settings)
  const { batchSize, shuffle, validationSplit } = settings
  const { classWeight, validationData, sampleWeight } = options
  const given = data ?? { x: x as Inputs, y, sampleWeight }
  const trained = (count: number): number =>
    validationSplit > 0 ? trainingSamples(count, validationSplit) : count
  const samples = samplesOf(live, { ...given, classWeight }, 'fit', trained)
  const total = countOf(samples)
  const count = trained(total)
  const rows = await reside(live, 'train', samples)
  const train = fromArrays(live, { samples, rows, first: 0, count, batchSize, shuffle })
  if (count < total) {
    const rest = { samples, rows, first: count, count: total - count, batchSize, shuffle: false }
    return { train, validation: fromArrays(live, rest) }
  }
  const validation = validationData && (await validationOf(live, validationData, batchSize))
  return { train, validation }
}
