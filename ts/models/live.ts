// What the parts of a model share: its network, its numbers, what it was compiled with, and what
// runs at the moment. The public face is `model.ts`.

import { GradloomError } from '../errors.ts'
import type { AnyLayer } from '../layers/layer.ts'
import { averageOf, sharedSlots, slotsFor } from '../optimizers/update.ts'
import { isFatal } from '../runtime/faults.ts'
import { currentPool, shutDown } from '../runtime/pool.ts'
import type { Elements, Shape } from '../shape.ts'
import type { Variable } from '../variable.ts'
import type { Compiled } from './compiled.ts'
import type { Entry } from './history.ts'
import { Nested } from './nested.ts'
import { type InputPort, type Network, trainableOf } from './network.ts'
import { ProgramCache } from './program-cache.ts'
import { type GradientSlots, gradientSlots, type Trained } from './programs.ts'
import type { ResidentRows } from './rows.ts'
import { nextSeed } from './seed.ts'
import { type Kept, Store } from './store.ts'

export class Live {
  readonly name: string
  readonly network: Network
  /** The model as a layer of others. */
  readonly layer: Nested
  readonly store: Store
  readonly programs: ProgramCache
  /** Epochs that have been recorded over the life of the model. */
  entries: readonly Entry[] = []
  /** Shards of the last `fit`. */
  shards: number | undefined
  /** Samples that lie in the workers, by their role. */
  readonly resident = new Map<string, ResidentRows>()
  /** Ends the `fit` that is under way. */
  stop: ((reason?: string) => void) | undefined
  #compiled: Compiled | undefined
  #kept: readonly Kept[] | undefined
  #slots: GradientSlots | undefined
  #trained: readonly Variable[] = []
  /** The means of the weights stand in their place, and they in that of the means. */
  swapped = false
  readonly #ended = new AbortController()
  readonly #warned = new Set<string>()

  constructor(name: string, network: Network) {
    this.name = name
    this.network = network
    this.layer = new Nested(name, network)
    this.store = new Store(network.layers, () => this.kept, nextSeed())
    this.programs = new ProgramCache(() => this.store.session)
  }

  /** `model "digits"` */
  get subject(): string {
    return `model "${this.name}"`
  }

  get compiled(): Compiled | undefined {
    return this.#compiled
  }

  /** Weights, then the slots of the optimizer. */
  get kept(): readonly Kept[] {
    this.#notice()
    this.#kept ??= keptOf(this.network, this.#compiled, this.#trained)
    return this.#kept
  }

  /** Notices that layers were frozen or thawed since. */
  #notice(): void {
    const now = trainableOf(this.network)
    if (now.length === this.#trained.length && now.every((x, i) => x === this.#trained[i])) return
    this.#trained = now
    this.#kept = undefined
    this.programs.forget('train')
  }

  get gradientSlots(): GradientSlots {
    this.#slots ??= gradientSlots()
    return this.#slots
  }

  /** Makes the variables, if that has not been done. */
  build(sample: Shape): void {
    const isNew = !this.network.inputs
    this.network.build(sample)
    if (!isNew) return
    this.#kept = undefined
    this.#compiled?.fit(this.network.outputs)
  }

  get inputs(): readonly InputPort[] {
    if (this.network.inputs) return this.network.inputs
    throw new GradloomError(
      'not-built',
      `${this.subject}: the shape of its input is not known yet; give the first layer ` +
        'an inputShape, call model.build(shape), or train it first.',
      { subject: this.name },
    )
  }

  compile(compiled: Compiled): void {
    this.mustLive()
    this.mustBeFree('compile')
    if (this.network.inputs) compiled.fit(this.network.outputs)
    const old = this.#compiled
    this.#compiled = compiled
    this.#kept = undefined
    this.#slots = undefined
    this.programs.forget()
    if (!old) return
    const kept = new Set(this.kept.map(({ variable }) => variable))
    const slots = slotsOf(this.network, old, this.#trained)
    const gone = slots.filter(({ variable }) => !kept.has(variable))
    this.store.forget(gone.map(({ variable }) => variable)).catch(() => {})
  }

  /** Network and loss, ready for training. `what` needs them. */
  trained(what: string): Trained {
    this.mustLive()
    const compiled = this.#compiled
    this.#notice()
    if (compiled) return { network: this.network, compiled }
    throw new GradloomError(
      'not-compiled',
      `${this.subject}: ${what} needs a loss; call model.compile({ optimizer, loss }) first.`,
      { subject: this.name },
    )
  }

  /** Runs `call` while nothing else may change the numbers. */
  async exclusively<T>(what: string, call: () => Promise<T>): Promise<T> {
    this.mustLive()
    this.mustBeFree(what)
    currentPool()
    this.store.home.busy = what
    try {
      return await call()
    } catch (error) {
      throw this.#told(error)
    } finally {
      this.store.home.busy = undefined
    }
  }

  mustBeFree(what: string): void {
    const { busy } = this.store.home
    if (busy === undefined) return
    throw new GradloomError(
      'busy',
      `${this.subject}: ${what} must wait for the ${busy} under way; await it, ` +
        'or end it by model.stop() or an AbortSignal.',
      { subject: this.name },
    )
  }

  /** After a loss of workers, where the model stands now. */
  #told(error: unknown): unknown {
    if (!(error instanceof GradloomError)) return error
    // It was initialised when the call began.
    if (error.code === 'not-initialized') return Object.assign(shutDown(), historyOf(error))
    if (!isFatal(error) && error.code !== 'worker-start') return error
    const { step, epochs } = this.store.fallBack()
    const { code, message, subject } = error
    const back = `${this.subject} is back at its last copy: ${step} steps, ${epochs} epochs.`
    const options = subject === undefined ? { cause: error } : { cause: error, subject }
    const told = new GradloomError(code, `${message} ${back}`, options)
    return Object.assign(told, historyOf(error))
  }

  /**
   * Numbers in place, those that layers were given meanwhile too. Call it before a run, with what
   * it needs, by default all; `undefined` where all is in place.
   */
  ready(needed?: readonly Kept[]): Promise<void> | undefined {
    const pending = pendingOf(this.network.layers)
    const inPlace = needed !== undefined && this.store.home.holds(needed)
    return inPlace && pending.length === 0 ? undefined : this.#makeReady(inPlace, pending)
  }

  async #makeReady(
    inPlace: boolean,
    pending: readonly (readonly [Variable, Elements])[],
  ): Promise<void> {
    if (pending.length > 0) {
      await this.store.set(new Map(pending.map(([{ key }, value]) => [key, value])))
    }
    if (!inPlace) await this.store.ready()
  }

  /** Trained weights and, in the same order, the slots with their means, if there are any. */
  #averages(): [Variable, Variable][] {
    const optimizer = this.#compiled?.optimizer
    return this.#trained.flatMap((variable): [Variable, Variable][] => {
      const average = optimizer && averageOf(optimizer, variable)
      return average ? [[variable, average]] : []
    })
  }

  /** Exchanges the weights and their means. */
  async swapAverages(): Promise<void> {
    this.swapped = !this.swapped
    await this.#setAverages((weight, mean) => [mean, weight])
  }

  /** The weights become their means. */
  async takeAverages(): Promise<void> {
    const swapped = this.swapped
    this.swapped = false
    await this.#setAverages((weight, mean) => (swapped ? [weight, weight] : [mean, mean]))
  }

  async #setAverages(
    change: (weight: Elements, mean: Elements) => readonly [Elements, Elements],
  ): Promise<void> {
    const pairs = this.#averages()
    const values = await this.store.read(pairs.flat())
    const changed = pairs.flatMap((pair, i) => {
      const next = change(values[2 * i] as Elements, values[2 * i + 1] as Elements)
      return pair.map(({ key }, at) => [key, next[at] as Elements] as const)
    })
    if (changed.length > 0) await this.store.set(new Map(changed))
  }

  /** Throws if workers were lost since `lives` was read, though no call has failed. */
  mustHaveLived(lives: number): void {
    if (this.store.lives === lives) return
    throw new GradloomError('worker-died', 'Workers were lost between two steps.')
  }

  /** Shown once for each text. */
  warn(message: string): void {
    if (this.#warned.has(message)) return
    this.#warned.add(message)
    console.warn(`Gradloom: ${message}`)
  }

  /** Fires with an error such as that of `mustLive` when the model is disposed of. */
  get ended(): AbortSignal {
    return this.#ended.signal
  }

  mustLive(): void {
    if (this.ended.aborted) throw this.#gone()
  }

  #gone(): GradloomError {
    const message = `${this.subject}: used after dispose(); make a new model.`
    return new GradloomError('disposed', message, { subject: this.name })
  }

  async dispose(): Promise<void> {
    this.#ended.abort(this.#gone())
    await this.store.leave()
  }
}

const pendingOf = (layers: readonly AnyLayer[]): (readonly [Variable, Elements])[] => {
  const all: (readonly [Variable, Elements])[] = []
  for (const layer of layers) {
    const own = layer.takePending()
    if (own.size > 0) all.push(...own)
    if (layer.sublayers.length > 0) all.push(...pendingOf(layer.sublayers))
  }
  return all
}

/** What `fit` adds to its errors. */
const historyOf = (error: object): object => ('history' in error ? { history: error.history } : {})

const slotsOf = (
  network: Network,
  { optimizer }: Compiled,
  trained: readonly Variable[],
): Kept[] => {
  const trainable = new Set(trained)
  const shared = sharedSlots(optimizer).map((variable) => ({
    variable,
    path: `optimizer/shared/${variable.name}`,
  }))
  const own = network.placed
    .filter(({ variable }) => trainable.has(variable))
    .flatMap(({ variable, path }) =>
      slotsFor(optimizer, variable).map((slot) => ({
        variable: slot,
        path: `optimizer/${path}/${slot.name}`,
      })),
    )
  const first = 2 * network.placed.length
  return [...shared, ...own].map((slot, i) => ({ ...slot, stream: first + 2 * i }))
}

const keptOf = (
  network: Network,
  compiled: Compiled | undefined,
  trained: readonly Variable[],
): Kept[] => {
  if (!network.inputs) return []
  return [...network.placed, ...(compiled ? slotsOf(network, compiled, trained) : [])]
}
