// Calls the hooks of callbacks, one after the other, and `onProgress` not too often.

import type { Callback, Logs, Training } from '../../callbacks/callback.ts'

/** A few times a second. */
const PROGRESS_EVERY_MS = 45

export class Hooks {
  /** Some callback wants a call for each batch. */
  readonly eachBatch: boolean
  /** Some callback ends training when the loss is not finite. */
  readonly guarded: boolean
  readonly #callbacks: readonly Callback[]
  readonly #training: Training
  #shownAt = Number.NEGATIVE_INFINITY

  constructor(callbacks: readonly Callback[], training: Training) {
    this.#callbacks = callbacks
    this.#training = training
    this.eachBatch = callbacks.some((x) => x.onBatchBegin || x.onBatchEnd)
    this.guarded = callbacks.some((x) => x.guard)
  }

  async #each(call: (callback: Callback) => void | Promise<void>): Promise<void> {
    for (const callback of this.#callbacks) await call(callback)
  }

  trainBegin(): Promise<void> {
    return this.#each((x) => x.onTrainBegin?.(this.#training))
  }

  trainEnd(logs: Logs): Promise<void> {
    return this.#each((x) => x.onTrainEnd?.(logs, this.#training))
  }

  epochBegin(epoch: number): Promise<void> {
    return this.#each((x) => x.onEpochBegin?.(epoch, this.#training))
  }

  /** Callbacks may add to the logs. */
  epochEnd(epoch: number, logs: Logs): Promise<void> {
    return this.#each((x) => x.onEpochEnd?.(epoch, logs, this.#training))
  }

  testBegin(): Promise<void> {
    return this.#each((x) => x.onTestBegin?.(this.#training))
  }

  testEnd(logs: Logs): Promise<void> {
    return this.#each((x) => x.onTestEnd?.(logs, this.#training))
  }

  batchBegin(batch: number): Promise<void> {
    return this.#each((x) => x.onBatchBegin?.(batch, this.#training))
  }

  async batchEnd(batch: number, logs: () => Logs): Promise<void> {
    if (!this.eachBatch) return
    const now = logs()
    await this.#each((x) => x.onBatchEnd?.(batch, now, this.#training))
  }

  /** `batches` are done. `urgent`: now, not when it is time. */
  async progress(batches: number, logs: () => Logs, urgent: boolean): Promise<void> {
    const now = performance.now()
    if (!urgent && now - this.#shownAt < PROGRESS_EVERY_MS) return
    this.#shownAt = now
    const all = logs()
    await this.#each((x) => x.onProgress?.(batches, all, this.#training))
  }
}
