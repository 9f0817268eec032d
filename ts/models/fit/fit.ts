// `fit`: epochs of training steps with validation, callbacks, history and a way to stop. What a
// step is, the programs know.

import type { Logs } from '../../callbacks/callback.ts'
import { progress } from '../../callbacks/progress.ts'
import { findNonFinite } from '../../data/checks.ts'
import { GradloomError } from '../../errors.ts'
import { currentPool } from '../../runtime/pool.ts'
import type { SessionResult } from '../../runtime/session.ts'
import type { Tensor } from '../../tensor.ts'
import { evaluate } from '../evaluate.ts'
import {
  columnsOf,
  type Entry,
  entriesBefore,
  type FitParams,
  type History,
  recorded,
} from '../history.ts'
import type { Live } from '../live.ts'
import { type StepPrograms, type Trained, trainPrograms } from '../programs.ts'
import type { Reader } from '../readers.ts'
import type { Rows } from '../rows.ts'
import type { Inputs } from '../several.ts'
import { Totals } from '../totals.ts'
import { aborted, walk } from '../walk.ts'
import type { BackupCallback, Keeper, Place } from './backup.ts'
import { Hooks } from './hooks.ts'
import { type FitOptions, type FitSettings, fitSettings } from './options.ts'
import { type DatasetLike, leave, type Sources, sourcesOf } from './sources.ts'
import { rateAt, trainingOf } from './training.ts'

/** An error of `fit` tells the epochs that were completed. */
export type FitError = GradloomError & { readonly history?: History }

interface Stop {
  readonly reason: string | undefined
}

class Fit {
  readonly #live: Live
  readonly #model: Trained
  readonly #settings: FitSettings
  readonly #sources: Sources
  readonly #keeper: Keeper | undefined
  #shards = 1
  readonly #hooks: Hooks
  readonly #ending = new AbortController()
  /** Ends the line of the progress bar. */
  readonly #tidy: () => void | Promise<void>
  readonly #lives: number
  #entries: readonly Entry[] = []
  #logs: Logs = {}
  #batchSize: number
  #stopped: Stop | undefined
  #sawNonFinite = false
  #stopWaiting: (() => void) | undefined

  constructor(live: Live, settings: FitSettings, sources: Sources, lives: number) {
    this.#live = live
    this.#model = live.trained('fit')
    this.#settings = settings
    this.#sources = sources
    this.#batchSize = settings.batchSize
    this.#lives = lives
    const training = trainingOf(live, this.#model.compiled.optimizer, this.#course())
    const { callbacks, verbose } = settings
    this.#keeper = callbacks.map((x) => (x as Partial<BackupCallback>).keeper).find(Boolean)
    const shown = verbose === 0 ? [] : [progress(verbose === 2 ? { style: 'lines' } : {})]
    this.#hooks = new Hooks([...callbacks, ...shown], training)
    this.#tidy = () => shown[0]?.onTrainEnd?.(this.#logs, training)
  }

  #course() {
    const fit = this
    return {
      epochs: this.#settings.epochs,
      stepsPerEpoch: this.#sources.train.steps,
      get batchSize() {
        return fit.#batchSize
      },
      get stopped() {
        return fit.#stopped !== undefined
      },
      stop: (reason?: string) => fit.stop(reason),
    }
  }

  async run(): Promise<History> {
    const { signal, epochs } = this.#settings
    const live = this.#live
    const end = (): void => this.#ending.abort(signal?.reason)
    signal?.addEventListener('abort', end, { once: true })
    live.stop = (reason) => this.stop(reason)
    try {
      this.#mustGoOn()
      const begun = await this.#resumed()
      const first = begun.epoch
      this.#shards = this.#settings.shards ?? live.shards ?? defaultShards()
      live.shards = this.#shards
      await this.#hooks.trainBegin()
      for (let epoch = first; epoch < epochs && !this.#stopped; epoch++) {
        await this.#epoch(epoch, epoch === first ? begun : undefined)
      }
      if (epochs > first) await live.takeAverages()
      await this.#hooks.trainEnd(this.#logs)
      await this.#keeper?.end()
      await live.store.copy()
      return this.#history()
    } catch (error) {
      throw await this.#ended(error)
    } finally {
      signal?.removeEventListener('abort', end)
    }
  }

  /** Where the run begins: at the last backup, if there is one. */
  async #resumed(): Promise<Place> {
    const { initialEpoch, callbacks } = this.#settings
    const live = this.#live
    const place = await this.#keeper?.resume(live, callbacks)
    if (!place) live.entries = entriesBefore(live.entries, initialEpoch)
    this.#entries = live.entries.filter(({ epoch }) => epoch >= initialEpoch)
    return place ?? { epoch: initialEpoch, batches: 0 }
  }

  /** The next step of the run is that of `place`. */
  async #backUp(place: Place): Promise<void> {
    if (!this.#stopped) await this.#keeper?.save(this.#live, this.#settings.callbacks, place)
  }

  /** Keeps what was trained, as far as that is possible, and tells the epochs that were. */
  async #ended(error: unknown): Promise<unknown> {
    await this.#tidy()
    if (error instanceof GradloomError) {
      if (error.code === 'aborted') await this.#live.store.copy().catch(() => {})
      Object.assign(error, { history: this.#history() })
    }
    return error
  }

  stop(reason?: string): void {
    this.#stopped ??= { reason }
    this.#ending.abort()
    this.#stopWaiting?.()
  }

  #mustGoOn(): void {
    const { signal } = this.#settings
    if (signal?.aborted) throw aborted('fit', signal)
  }

  async #epoch(epoch: number, begun: Place | undefined): Promise<void> {
    const totals = new Totals(this.#model.compiled, begun?.sums)
    await this.#hooks.epochBegin(epoch)
    await this.#train(epoch, totals, begun?.batches ?? 0)
    const { store } = this.#live
    store.position = { ...store.position, epochs: store.position.epochs + 1 }
    this.#mustGoOn()
    if (totals.samples === 0) return
    const logs = totals.logs()
    if (this.#sources.validation) Object.assign(logs, await this.#validate(epoch))
    this.#write(epoch, logs)
    await store.copyIfDue()
    await this.#hooks.epochEnd(epoch, logs)
    // Callbacks may have added to the logs.
    this.#write(epoch, logs)
    await this.#backUp({ epoch: epoch + 1, batches: 0 })
  }

  #write(epoch: number, logs: Logs): void {
    this.#logs = logs
    this.#entries = recorded(this.#entries, epoch, logs)
    this.#live.entries = recorded(this.#live.entries, epoch, logs)
  }

  async #validate(epoch: number): Promise<Logs> {
    const given = this.#sources.validation as NonNullable<Sources['validation']>
    const { signal } = this.#settings
    const stopping = new AbortController()
    const ends = signal ? AbortSignal.any([signal, stopping.signal]) : stopping.signal
    // A stop ends only the waiting for a batch.
    const source = { ...given, open: (at: number, pass: number) => given.open(at, pass, ends) }
    this.#stopWaiting = () => stopping.abort()
    await this.#hooks.testBegin()
    try {
      const logs = await evaluate(this.#live, 'fit', { source, epoch, signal, prefix: 'val_' })
      await this.#hooks.testEnd(logs)
      return logs
    } catch (error) {
      if (!stopping.signal.aborted || !this.#isEnd(error)) throw error
      return {}
    } finally {
      this.#stopWaiting = undefined
    }
  }

  /** A stream was being waited for when training was stopped. */
  #isEnd(error: unknown): boolean {
    return this.#stopped !== undefined && error instanceof GradloomError && error.code === 'aborted'
  }

  /** All steps of an epoch behind the first `done`, or those until it is stopped. */
  async #train(epoch: number, totals: Totals, done: number): Promise<void> {
    const { store } = this.#live
    const { optimizer } = this.#model.compiled
    const total = this.#sources.train.steps
    let batches = done
    const pass = store.position.epochs
    const reader = this.#sources.train.open(epoch, pass, this.#ending.signal)
    await skip(reader, done)
    const calls = walk({
      live: this.#live,
      reader,
      programs: (rows, batch) => this.#programs(rows, batch),
      steering: () => ({
        seed: store.seed,
        step: store.position.step,
        rate: (step) => rateAt(optimizer, step),
      }),
      single: this.#hooks.eachBatch,
      before: () => this.#hooks.batchBegin(batches),
      guard: () => !this.#sawNonFinite,
      signal: this.#ending.signal,
    })
    try {
      for await (const { result, programs } of calls) {
        if (result.steps === 0) break
        this.#count(result, programs, totals)
        batches += result.steps
        const logs = (): Logs => totals.logs()
        const isOdd = this.#watch(result, epoch, batches)
        await this.#hooks.batchEnd(batches - 1, logs)
        if (this.#keeper?.isDue(result.steps)) {
          await this.#backUp({ epoch, batches, sums: totals.state })
        }
        await this.#hooks.progress(batches, logs, isOdd || batches === total)
        if (this.#stopped) break
      }
    } catch (error) {
      if (!this.#isEnd(error)) throw error
    }
  }

  #programs(rows: Rows, batch: number) {
    const { programs, gradientSlots } = this.#live
    const key = `train ${this.#shards} ${batch} ${rows.key}`
    if (this.#sources.train.samples === undefined) this.#batchSize = batch
    return programs.get(key, () =>
      trainPrograms(this.#model, rows, batch, this.#shards, gradientSlots),
    )
  }

  #count(result: SessionResult, { batch, parts }: StepPrograms, totals: Totals): void {
    const { store } = this.#live
    this.#live.mustHaveLived(this.#lives)
    store.position = { ...store.position, step: store.position.step + result.steps }
    totals.add(result, batch, parts.length)
  }

  /** Whether the loss stopped being finite just now; then says so, unless a callback does. */
  #watch({ stopped }: SessionResult, epoch: number, batches: number): boolean {
    if (stopped !== 'non-finite') return false
    this.#sawNonFinite = true
    if (!this.#hooks.guarded) {
      const where = `in batch ${batches - 1} of epoch ${epoch}`
      this.#live.warn(
        `the loss of ${this.#live.subject} is not finite ${where}; ${this.#suspect()} ` +
          '(callbacks.terminateOnNaN() ends training there)',
      )
    }
    return true
  }

  /** The likely cause. */
  #suspect(): string {
    const { x = [], y = [] } = this.#sources.train.arrays ?? {}
    const found = (name: string, data: readonly (Tensor | undefined)[]): string | undefined => {
      for (const each of data) {
        const at = each ? findNonFinite(each) : -1
        if (!each || at < 0) continue
        const sample = Math.floor((at * (each.shape[0] as number)) / each.size)
        return `${name} holds ${each.elements[at]} in sample ${sample}; clean the data`
      }
      return undefined
    }
    return found('x', x) ?? found('y', y) ?? 'a lower learning rate or clipping may help'
  }

  #history(): History {
    const { epochs } = this.#settings
    const { samples, steps } = this.#sources.train
    const shards = this.#shards
    const params: FitParams = { epochs, batchSize: this.#batchSize, steps, samples, shards }
    const reason = this.#stopped?.reason
    return {
      ...columnsOf(this.#entries),
      params,
      ...(reason === undefined ? {} : { stopped: reason }),
    }
  }
}

/** Leaves the next steps out. */
const skip = async (reader: Reader, steps: number): Promise<void> => {
  for (let left = steps; left > 0; ) {
    const ahead = await reader.ahead()
    if (!ahead) return
    const most = Math.min(left, ahead.most)
    await reader.take(most)
    left -= most
  }
}

/** One for each replica: each then has something to do. */
const defaultShards = (): number => {
  const { mode, threads } = currentPool().choice
  return mode === 'replica' ? threads : 1
}

/** Trains the model. */
export const fit = (
  live: Live,
  x: Inputs | DatasetLike,
  y: Inputs | undefined,
  options: FitOptions,
): Promise<History> =>
  live.exclusively('fit', async () => {
    const settings = fitSettings(options)
    live.trained('fit')
    const early: (string | undefined)[] = []
    live.stop = (reason) => void early.push(reason)
    try {
      await live.store.attach()
      const { lives } = live.store
      const sources = await sourcesOf(live, x, y, options, settings)
      const fit = new Fit(live, settings, sources, lives)
      for (const reason of early) fit.stop(reason)
      return await fit.run()
    } finally {
      live.stop = undefined
      if (!live.ended.aborted) await leave(live).catch(() => {})
    }
  })
