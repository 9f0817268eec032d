// One pass over samples, a stretch of steps at a time. Here: arrays in an order;
// `stream-reader.ts`: batches that arrive one by one. It runs nothing.

import { arraysToBatches, type BatchPlan } from '../data/plan.ts'
import type { Rows } from './rows.ts'

/** Steps of one batch size that run in one call. */
export interface Stretch {
  readonly rows: Rows
  /** steps × batch numbers of samples */
  readonly order: Int32Array
  readonly steps: number
}

/** What comes next. */
export interface Ahead {
  readonly rows: Rows
  readonly batch: number
  /** Steps of this size, at most. */
  readonly most: number
}

export interface Reader {
  /** `undefined` at the end. */
  ahead(): Promise<Ahead | undefined>
  /** The next steps, all of the size that `ahead` told; fewer where there are not so many. */
  take(steps: number): Promise<Stretch>
  close(): Promise<void>
}

/** 0, 1 … n − 1, from `first` on. */
export const inOrder = (n: number, first = 0): Int32Array =>
  Int32Array.from({ length: n }, (_, i) => first + i)

/** Samples of the numbers in `order`, cut into batches; the last may be smaller. */
export class ArrayReader implements Reader {
  readonly #rows: Rows
  readonly #order: Int32Array
  readonly #plan: BatchPlan
  #step = 0

  constructor(rows: Rows, order: Int32Array, batchSize: number) {
    this.#rows = rows
    this.#order = order
    this.#plan = arraysToBatches(order.length, batchSize)
  }

  async ahead(): Promise<Ahead | undefined> {
    const { full, steps, size, last } = this.#plan
    if (this.#step >= steps) return undefined
    const inFull = this.#step < full
    return {
      rows: this.#rows,
      batch: inFull ? size : last,
      most: inFull ? full - this.#step : 1,
    }
  }

  async take(steps: number): Promise<Stretch> {
    const from = this.#step * this.#plan.size
    this.#step += steps
    const order = this.#order.subarray(from, this.#step * this.#plan.size)
    return { rows: this.#rows, order, steps }
  }

  async close(): Promise<void> {}
}
