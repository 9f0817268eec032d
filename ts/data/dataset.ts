// Datasets as `fit` reads them: arrays in memory, or a stream of batches of any length. They can be
// read again for every epoch. What users chain is in `pipeline.ts`, so that a program that chains
// nothing does not carry it.

import { type ErrorCode, GradloomError } from '../errors.ts'
import type { Tensor, TensorLike } from '../tensor.ts'
import { type Batch, type BatchLike, checkLikeFirst, toBatch } from './batch.ts'
import { prefetch, unlessAborted } from './prefetch.ts'
import { type Several, tensorsIn } from './several.ts'

type Values<T> = AsyncIterable<T> | Iterable<T>

/** A generator function (called anew for every epoch), or anything that can be iterated again. */
export type SourceOf<T> = Values<T> | ((epoch: number) => Values<T> | Promise<Values<T>>)
export type BatchSource = SourceOf<BatchLike>

export interface StreamOptions {
  /** Batches that are made ahead while one is computed. Default 2. */
  prefetch?: number
  /** Batches an epoch, if known: for the progress bar; an epoch ends after so many. */
  steps?: number
}

/** Arrays in memory. */
export interface ArrayDataset<X extends Several<Tensor> = Tensor> extends Batch<X> {
  readonly kind: 'arrays'
  readonly samples: number
}

/** Batches made by the caller's code. */
export interface StreamDataset {
  readonly kind: 'stream'
  /** Batches an epoch, if the caller said so. */
  readonly steps: number | undefined
  /** One pass. Every batch is checked; errors name the batch (0-based). */
  batches(epoch?: number, signal?: AbortSignal): AsyncGenerator<Batch, void, undefined>
}

export type Dataset = ArrayDataset<Several<Tensor>> | StreamDataset

/** `dataset({ x, y })` for arrays. x: [N, ...], y: [N, ...], sampleWeight: [N] or [N, T] */
export function dataset(arrays: {
  x: TensorLike
  y?: TensorLike
  sampleWeight?: TensorLike
}): ArrayDataset
/** The same for a model with several inputs or outputs: arrays or objects of them. */
export function dataset(arrays: {
  x: Several<TensorLike>
  y?: Several<TensorLike>
  sampleWeight?: Several<TensorLike>
}): ArrayDataset<Several<Tensor>>
/** `dataset(async function* () { yield { x, y } })` for batches that do not fit into memory. */
export function dataset(source: BatchSource, options?: StreamOptions): StreamDataset
export function dataset(
  source: BatchSource | Exclude<BatchLike, readonly unknown[]>,
  options: StreamOptions = {},
): Dataset {
  if (typeof source === 'object' && source !== null && 'x' in source) {
    const arrays = toBatch(source)
    return { kind: 'arrays', samples: tensorsIn('x', arrays.x)[0]?.[1].shape[0] ?? 0, ...arrays }
  }
  if (typeof source === 'function' || isIterable(source)) return stream(source, options)
  throw new GradloomError(
    'argument',
    'dataset: expects { x, y }, a generator function or an (async) iterable of batches',
  )
}

/** Whether `value` is what `dataset` returns. */
export const isDataset = (value: unknown): value is Dataset => {
  const kind = (value as Partial<Dataset> | null | undefined)?.kind
  return kind === 'arrays' || kind === 'stream'
}

export const isIterable = (value: unknown): value is Values<never> =>
  typeof value === 'object' &&
  value !== null &&
  (Symbol.asyncIterator in value || Symbol.iterator in value)

const stream = (source: BatchSource, options: StreamOptions): StreamDataset => {
  const settings = streamSettings(options)
  const open = opener(source)
  return {
    kind: 'stream',
    steps: settings.steps,
    batches: (epoch = 0, signal) => readBatches(() => open(epoch), settings, signal),
  }
}

/** The options, checked. */
export const streamSettings = (options: StreamOptions): StreamSettings => ({
  depth: wholeNumber('prefetch', options.prefetch ?? 2, 0),
  steps: options.steps === undefined ? undefined : wholeNumber('steps', options.steps, 1),
})

interface StreamSettings {
  readonly depth: number
  readonly steps: number | undefined
}

/** One pass over what `open` gives, read ahead and checked. */
export async function* readBatches(
  open: () => Opened<BatchLike> | Promise<Opened<BatchLike>>,
  { depth, steps }: StreamSettings,
  signal?: AbortSignal,
): AsyncGenerator<Batch, void, undefined> {
  yield* checked(
    prefetch(await unlessAborted(Promise.resolve(open()), signal), depth, signal),
    steps,
  )
}

/** A whole number, `least` or more. */
export const wholeNumber = (name: string, value: number, least: number): number => {
  if (Number.isSafeInteger(value) && value >= least) return value
  throw new GradloomError('argument', `dataset: ${name} is ${value}, not a whole number ≥ ${least}`)
}

type Opened<T> = Iterator<T> | AsyncIterator<T>

/** Starts a pass over `source`, and notices one that can be read only once. */
export const opener = <T>(source: SourceOf<T>): ((epoch: number) => Promise<Opened<T>>) => {
  const spent = new WeakSet<object>()
  return async (epoch) => {
    const iterable = await failing('could not be opened', async () =>
      typeof source === 'function' ? source(epoch) : source,
    )
    if (!isIterable(iterable)) throw notIterable()
    const iterator =
      Symbol.asyncIterator in iterable
        ? iterable[Symbol.asyncIterator]()
        : iterable[Symbol.iterator]()
    if (spent.has(iterator)) throw readTwice()
    spent.add(iterator)
    return iterator
  }
}

const notIterable = (): GradloomError =>
  new GradloomError('argument', 'dataset: the function must return an (async) iterable of batches')

const readTwice = (): GradloomError =>
  new GradloomError(
    'argument',
    'dataset: a generator can be read only once, and another epoch was asked for; ' +
      'pass the generator function itself, not the result of calling it',
  )

/** Errors of the caller's code, with what was being done; Gradloom's own are passed on. */
const failing = async <T>(what: string, call: () => Promise<T>): Promise<T> => {
  try {
    return await call()
  } catch (error) {
    if (error instanceof GradloomError) throw error
    const message = error instanceof Error ? error.message : String(error)
    throw new GradloomError('argument', `dataset: the source ${what}: ${message}`, {
      subject: 'dataset',
      cause: error,
    })
  }
}

/** Batches as tensors, each like the first; at least one. */
async function* checked(
  source: AsyncGenerator<BatchLike, void, undefined>,
  steps = Number.POSITIVE_INFINITY,
): AsyncGenerator<Batch, void, undefined> {
  let first: Batch | undefined
  let index = 0
  try {
    for (; index < steps; index++) {
      const step = await failing(`failed at batch ${index}`, () => source.next())
      if (step.done) break
      const batch = checkOne(step.value, first, index)
      first ??= batch
      yield batch
    }
  } finally {
    await source.return()
  }
  if (index === 0) {
    throw new GradloomError('empty-data', 'dataset: the source yielded no batch; give at least one')
  }
}

const checkOne = (given: BatchLike, first: Batch | undefined, index: number): Batch => {
  try {
    const batch = toBatch(given) as Batch
    if (first) checkLikeFirst(batch, first)
    return batch
  } catch (error) {
    const { code, message } = error as { code?: ErrorCode; message: string }
    throw new GradloomError(code ?? 'argument', `dataset: batch ${index}: ${message}`, {
      subject: 'dataset',
      cause: error,
    })
  }
}
