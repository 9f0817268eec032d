// Datasets that can be chained: each method gives a new dataset that pulls from this one, sample by
// sample or batch by batch, when it is read. The steps themselves are in `stages.ts`.

import type { Tensor, TensorLike } from '../tensor.ts'
import { type Batch, type BatchLike, toBatch } from './batch.ts'
import { collate, type Padding } from './collate.ts'
import {
  dataset as checkedSource,
  opener,
  readBatches,
  type SourceOf,
  type StreamOptions,
  streamSettings,
  wholeNumber,
} from './dataset.ts'
import { prefetch } from './prefetch.ts'
import type { BatchTensor, Given, SampleTensor } from './ranks.ts'
import { mapTensors, type Several, tensorsIn } from './several.ts'
import * as stages from './stages.ts'

/** What is made of samples T by `batch`: each number or array gets a first axis. */
export type Batched<T> = T extends string
  ? string[]
  : T extends TensorLike
    ? BatchTensor<T>
    : T extends object
      ? { -readonly [K in keyof T]: Batched<T[K]> }
      : unknown

/** Starts one pass. */
type Open<T> = (epoch: number) => AsyncGenerator<T, void, undefined>

export interface ShuffleOptions {
  /** Default 0. */
  seed?: number
  /** Values that wait to be drawn from; by default all of the dataset. */
  bufferSize?: number
  /** Whether every epoch has an order of its own. Default true. */
  reshuffle?: boolean
}

export interface BatchOptions {
  /** Leaves out the last batch if it is smaller. Default false. */
  dropRemainder?: boolean
}

/** Values of type T, read anew for every epoch; nothing is read before it is asked for. */
export abstract class Dataset<T> implements AsyncIterable<T> {
  /** Values of one pass, where known. */
  abstract readonly size: number | undefined
  /** A pass for epoch `epoch`; closed (`return()`) when the reader leaves. */
  abstract read(epoch?: number): AsyncGenerator<T, void, undefined>

  /** The pass for epoch 0. */
  [Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    return this.read()
  }

  #then<U>(open: Open<U>, size?: number): StreamDataset<U> {
    return new StreamDataset(open, { size })
  }

  /** Each value through `call(value, index)`, which may be async. */
  map<U>(call: (value: T, index: number) => U | Promise<U>): StreamDataset<U> {
    return this.#then((epoch) => stages.map(this.read(epoch), call), this.size)
  }

  /** The values for which `keep(value, index)` is true. */
  filter(keep: (value: T, index: number) => boolean | Promise<boolean>): StreamDataset<T> {
    return this.#then((epoch) => stages.filter(this.read(epoch), keep))
  }

  /** In random order; the same seed and epoch give the same order in every engine. */
  shuffle(options: ShuffleOptions = {}): StreamDataset<T> {
    const { seed = 0, bufferSize = Number.MAX_SAFE_INTEGER, reshuffle = true } = options
    wholeNumber('bufferSize', bufferSize, 1)
    stages.drawsFor(seed, 0, reshuffle)
    return this.#then(
      (epoch) =>
        stages.shuffled(this.read(epoch), bufferSize, stages.drawsFor(seed, epoch, reshuffle)),
      this.size,
    )
  }

  /** `size` values as one: numbers and arrays stacked along a new first axis, part by part. */
  batch(size: number, options: BatchOptions = {}): StreamDataset<Batched<T>> {
    return this.window(size, options).map((values) => collate(values) as Batched<T>)
  }

  /** Like `batch`, for parts of different sizes: filled up at the end of each axis. */
  paddedBatch(size: number, options: BatchOptions & Padding = {}): StreamDataset<Batched<T>> {
    return this.window(size, options).map((values) => collate(values, options) as Batched<T>)
  }

  /** Runs of `size` values as arrays, each `shift` (default `size`) after the one before. */
  window(size: number, options: stages.WindowOptions = {}): StreamDataset<T[]> {
    const { shift = size, stride = 1, dropRemainder = false } = options
    wholeNumber('size', size, 1)
    wholeNumber('shift', shift, 1)
    wholeNumber('stride', stride, 1)
    const missing = dropRemainder ? (size - 1) * stride : 0
    const count = this.size === undefined ? undefined : Math.ceil((this.size - missing) / shift)
    const open = (epoch: number) => stages.windows(this.read(epoch), size, options)
    return this.#then(open, count && Math.max(0, count))
  }

  /** `count` times, by default for ever. Pass i of epoch e is read as epoch e·count + i. */
  repeat(count = Number.POSITIVE_INFINITY): StreamDataset<T> {
    const known = Number.isFinite(count)
    if (known) wholeNumber('count', count, 0)
    const size = known && this.size !== undefined ? this.size * count : undefined
    const first = (epoch: number): number => epoch * (known ? count : 1)
    const open = (epoch: number) =>
      stages.chained((i) => (i < count ? this.read(first(epoch) + i) : undefined))
    return this.#then(open, size)
  }

  /** The first `count` values. */
  take(count: number): StreamDataset<T> {
    return this.#slice(0, wholeNumber('count', count, 0))
  }

  /** All but the first `count` values. */
  skip(count: number): StreamDataset<T> {
    return this.#slice(wholeNumber('count', count, 0), Number.POSITIVE_INFINITY)
  }

  #slice(from: number, to: number): StreamDataset<T> {
    const size = this.size === undefined ? undefined : Math.max(0, Math.min(this.size, to) - from)
    return this.#then((epoch) => stages.slice(this.read(epoch), from, to), size)
  }

  /** Makes up to `count` values (default 2) ahead of the reader. `fit` does so by itself. */
  prefetch(count = 2): StreamDataset<T> {
    wholeNumber('prefetch', count, 0)
    return this.#then((epoch) => prefetch(this.read(epoch), count), this.size)
  }

  /** Keeps the values of the first whole pass in memory; later epochs read those. */
  cache(): StreamDataset<T> {
    const open = stages.cached((epoch) => this.read(epoch))
    return this.#then(open, this.size)
  }

  /** `[value of this, value of each other]`, as long as the shortest. */
  zip<U extends readonly unknown[]>(
    ...others: { readonly [K in keyof U]: Dataset<U[K]> }
  ): StreamDataset<[T, ...U]> {
    const all = [this, ...others] as Dataset<unknown>[]
    const sizes = all.map(({ size }) => size)
    const size = sizes.includes(undefined) ? undefined : Math.min(...(sizes as number[]))
    const open = (epoch: number) => stages.zipped(all.map((one) => one.read(epoch)))
    return this.#then(open as Open<[T, ...U]>, size)
  }

  /** The values of this, then those of `other`. */
  concatenate(other: Dataset<T>): StreamDataset<T> {
    const sum = (this.size ?? Number.NaN) + (other.size ?? Number.NaN)
    const size = Number.isNaN(sum) ? undefined : sum
    return this.#then((epoch) => stages.chained((i) => [this, other][i]?.read(epoch)), size)
  }

  /** All values of a pass. */
  async toArray(epoch = 0): Promise<T[]> {
    const values: T[] = []
    for await (const value of this.read(epoch)) values.push(value)
    return values
  }
}

/** A stream; `fit`, `evaluate` and `predict` take its values as batches. */
export class StreamDataset<T = BatchLike> extends Dataset<T> {
  readonly kind = 'stream'
  readonly #open: Open<T>
  readonly #settings: ReturnType<typeof streamSettings>
  readonly #size: number | undefined

  constructor(open: Open<T>, options: StreamOptions & { size?: number | undefined } = {}) {
    super()
    this.#open = open
    this.#settings = streamSettings(options)
    this.#size = options.size
  }

  get size(): number | undefined {
    return this.#size
  }

  /** Batches an epoch, where known. */
  get steps(): number | undefined {
    return this.#settings.steps ?? (this.#size || undefined)
  }

  read(epoch = 0): AsyncGenerator<T, void, undefined> {
    return this.#open(epoch)
  }

  /** One pass. Every batch is checked; errors name the batch (0-based). */
  batches(epoch = 0, signal?: AbortSignal): AsyncGenerator<Batch, void, undefined> {
    const open = () => this.read(epoch) as AsyncGenerator<never>
    return readBatches(open, this.#settings, signal)
  }
}

/** Arrays in memory; read as samples without the first axis, and taken whole by `fit`. */
export class ArrayDataset<X extends Several<Tensor> = Tensor, T = Batch<X>>
  extends Dataset<T>
  implements Batch<X>
{
  readonly kind = 'arrays'
  readonly samples: number
  readonly x: X
  declare readonly y?: X
  declare readonly sampleWeight?: X

  constructor(arrays: Batch<X>) {
    super()
    this.x = arrays.x
    this.samples = tensorsIn('x', arrays.x)[0]?.[1].shape[0] ?? 0
    Object.assign(this, arrays)
  }

  get size(): number {
    return this.samples
  }

  async *read(): AsyncGenerator<T, void, undefined> {
    const { x, y, sampleWeight } = this
    const parts = Object.entries({ x, y, sampleWeight }).filter(([, part]) => part !== undefined)
    for (let i = 0; i < this.samples; i++) {
      const sample = (x: Tensor) => x.rows(i, i + 1).reshape(x.shape.slice(1))
      const named = parts.map(([name, part]) => [name, mapTensors(part as X, sample)])
      yield Object.fromEntries(named) as unknown as T
    }
  }
}

/** Samples of arrays. */
interface SampleOf<X, Y> {
  readonly x: SampleTensor<X>
  readonly y: SampleTensor<Y>
  readonly sampleWeight?: Tensor
}

type Arrays<T = TensorLike> = { x: T; y?: T; sampleWeight?: T }

/** `dataset({ x, y })` for arrays. x: [N, ...], y: [N, ...], sampleWeight: [N] or [N, T] */
export function dataset<X extends TensorLike, Y extends TensorLike>(arrays: {
  x: X
  y: Y
  sampleWeight?: TensorLike
}): ArrayDataset<Tensor, SampleOf<X, Y>> & Given<X, Y>
export function dataset(arrays: Arrays): ArrayDataset
/** The same for a model with several inputs or outputs: arrays or objects of them. */
export function dataset(arrays: Arrays<Several<TensorLike>>): ArrayDataset<Several<Tensor>>
/**
 * `dataset(async function* () { … })`, or anything that can be iterated again, of samples
 * (`{ x, y }` or `[x, y]`; then call `batch`), of batches, or of what `map` makes into these.
 */
export function dataset<T>(source: SourceOf<T>, options?: StreamOptions): StreamDataset<T>
export function dataset<T>(
  source: SourceOf<T> | Arrays<Several<TensorLike>>,
  options: StreamOptions = {},
): ArrayDataset<Several<Tensor>> | StreamDataset<T> {
  if (typeof source === 'object' && source !== null && 'x' in source) {
    return new ArrayDataset(toBatch(source as BatchLike))
  }
  checkedSource(source as SourceOf<never>, options)
  const open = opener(source)
  const read: Open<T> = async function* (epoch) {
    yield* stages.drain(await open(epoch))
  }
  const size = options.steps ?? (Array.isArray(source) ? source.length : undefined)
  return new StreamDataset(read, { ...options, size })
}
