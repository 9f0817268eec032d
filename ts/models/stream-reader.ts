// One pass over a stream of batches. While a stretch of steps runs, the next one is read.

import type { Batch } from '../data/batch.ts'
import type { Elements } from '../shape.ts'
import { Tensor } from '../tensor.ts'
import { type Ahead, inOrder, type Reader, type Stretch } from './readers.ts'
import { countOf, FedRows, type Samples } from './rows.ts'

/** Most bytes of samples that wait on this side. */
const MOST_BYTES = 2 ** 26

type Batches = AsyncGenerator<Batch, void, undefined>

export class StreamReader implements Reader {
  readonly #batches: Batches
  readonly #check: (batch: Batch) => Samples
  readonly #ending = new AbortController()
  readonly #waiting: Samples[] = []
  #wanted = 1
  #ended = false
  #failed: { error: unknown } | undefined
  #reading: Promise<void> | undefined

  /**
   * `check` makes samples of a batch that fit the model. Any of `signals` ends the waiting for a
   * batch.
   */
  constructor(
    open: (signal: AbortSignal) => Batches,
    check: (batch: Batch) => Samples,
    signals: readonly (AbortSignal | undefined)[],
  ) {
    const given = signals.filter((signal) => signal !== undefined)
    this.#batches = open(AbortSignal.any([...given, this.#ending.signal]))
    this.#check = check
  }

  /** Reads until as many batches wait as are wanted, or the stream ends. One read at a time. */
  #read(): Promise<void> {
    this.#reading ??= this.#readAll().finally(() => {
      this.#reading = undefined
    })
    return this.#reading
  }

  async #readAll(): Promise<void> {
    try {
      while (this.#waiting.length < this.#wanted && !this.#ended) {
        const { done, value } = await this.#batches.next()
        if (done) this.#ended = true
        else this.#waiting.push(this.#check(value))
      }
    } catch (error) {
      this.#ended = true
      this.#failed = { error }
    }
  }

  async #fill(wanted: number): Promise<void> {
    this.#wanted = wanted
    while (this.#waiting.length < wanted && !this.#ended) await this.#read()
    if (this.#waiting.length === 0 && this.#failed) throw this.#failed.error
  }

  async ahead(): Promise<Ahead | undefined> {
    await this.#fill(1)
    const [first] = this.#waiting
    if (!first) return undefined
    const rows = new FedRows(first)
    const batch = countOf(first)
    const most = Math.max(1, Math.floor(MOST_BYTES / (rows.bytesPerSample * batch)))
    return { rows, batch, most }
  }

  async take(steps: number): Promise<Stretch> {
    await this.#fill(steps)
    const batch = countOf(this.#waiting[0] as Samples)
    const other = this.#waiting.findIndex((samples) => countOf(samples) !== batch)
    const taken = this.#waiting.splice(0, other < 0 ? steps : Math.min(steps, other))
    void this.#read()
    return {
      rows: new FedRows(joined(taken)),
      order: inOrder(taken.length * batch),
      steps: taken.length,
    }
  }

  async close(): Promise<void> {
    this.#ended = true
    this.#ending.abort()
    await this.#batches.return().catch(() => {})
  }
}

const joined = (batches: readonly Samples[]): Samples => {
  const join = (part: keyof Samples) =>
    (batches[0]?.[part] ?? []).map((_, i) =>
      joinTensors(batches.flatMap((samples) => samples[part]?.[i] ?? [])),
    )
  return { x: join('x') as Tensor[], y: join('y'), weights: join('weights') }
}

/** [B, ...] each → [n·B, ...] */
const joinTensors = (parts: readonly Tensor[]): Tensor | undefined => {
  const [first] = parts
  if (!first || parts.length === 1) return first
  const kind = first.elements.constructor as new (n: number) => Elements
  const all = new kind(first.size * parts.length)
  for (const [i, { elements }] of parts.entries()) {
    all.set(elements as Float32Array, i * first.size)
  }
  return new Tensor(all, [(first.shape[0] as number) * parts.length, ...first.shape.slice(1)])
}
