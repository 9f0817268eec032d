// What the parts of a model share: its network, its numbers, what it was compiled with, and what
// runs at the moment. The public face is `model.ts`.

import { GradloomError } from '../errors.ts'
import { subjectOf } from '../layers/expect.ts'
import type { AnyLayer } from '../layers/layer.ts'
import { withSublayers } from '../layers/pass.ts'
import type { Shape } from '../shape.ts'
import type { Variable } from '../variable.ts'
import type { Compiled } from './compiled.ts'
import type { Entry } from './history.ts'
import { type Network, outputShapeOf, type Sample, trainableOf } from './network.ts'
import { ProgramCache } from './program-cache.ts'
import { type GradientSlots, gradientSlots, type Trained } from './programs.ts'
import type { ResidentRows } from './rows.ts'
import { nextSeed } from './seed.ts'
import { type Kept, Store } from './store.ts'

export class Live {
  readonly name: string
  readonly network: Network
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
  #busy: string | undefined
  #disposed = false
  readonly #warned = new Set<string>()

  constructor(name: string, network: Network) {
    this.name = name
    this.network = network
    this.store = new Store(() => this.kept, nextSeed())
    this.programs = new ProgramCache(this.store.session)
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
    this.#kept ??= keptOf(this.network, this.#compiled)
    return this.#kept
  }

  get gradientSlots(): GradientSlots {
    this.#slots ??= gradientSlots()
    return this.#slots
  }

  /** Makes the variables, if that has not been done. */
  build(sample: Shape): void {
    const isNew = !this.network.sample
    this.network.build(sample)
    if (!isNew) return
    this.#kept = undefined
    if (this.#compiled) this.#checked(this.#compiled)
  }

  get sample(): Sample {
    if (this.network.sample) return this.network.sample
    throw new GradloomError(
      'not-built',
      `${this.subject}: the shape of its input is not known yet; give the first layer ` +
        'an inputShape, ' +
        'call model.build(shape), or train it first.',
      { subject: this.name },
    )
  }

  compile(compiled: Compiled): void {
    this.mustLive()
    this.mustBeFree('compile')
    if (this.network.sample) this.#checked(compiled)
    const old = this.#compiled
    this.#compiled = compiled
    this.#kept = undefined
    this.#slots = undefined
    this.programs.forget()
    if (!old) return
    const kept = new Set(this.kept.map(({ variable }) => variable))
    const gone = slotsOf(this.network, old).filter(({ variable }) => !kept.has(variable))
    this.store.forget(gone.map(({ variable }) => variable)).catch(() => {})
  }

  /** The output shape must suit the loss; errors name the layer that gives the output. */
  #checked(compiled: Compiled): void {
    const last = this.network.layers.at(-1) as AnyLayer
    try {
      compiled.fit(outputShapeOf(this.network))
    } catch (error) {
      if (!(error instanceof GradloomError)) throw error
      throw new GradloomError(error.code, `${subjectOf(last)}: ${error.message}`, {
        subject: last.name,
        cause: error,
      })
    }
  }

  /** Network and loss, ready for training. `what` needs them. */
  trained(what: string): Trained {
    this.mustLive()
    const compiled = this.#compiled
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
    this.#busy = what
    try {
      return await call()
    } catch (error) {
      throw this.#told(error)
    } finally {
      this.#busy = undefined
    }
  }

  mustBeFree(what: string): void {
    if (this.#busy === undefined) return
    throw new GradloomError(
      'busy',
      `${this.subject}: ${what} must wait for the ${this.#busy} under way; await it, ` +
        'or end it by ' +
        'model.stop() or an AbortSignal.',
      { subject: this.name },
    )
  }

  /** After a loss of workers, where the model stands now. */
  #told(error: unknown): unknown {
    if (!(error instanceof GradloomError) || !LOST.has(error.code)) return error
    const { step, epochs } = this.store.fallBack()
    const { code, message, subject } = error
    const back = `${this.subject} is back at its last copy: ${step} steps, ${epochs} epochs.`
    const options = subject === undefined ? { cause: error } : { cause: error, subject }
    const told = new GradloomError(code, `${message} ${back}`, options)
    return 'history' in error ? Object.assign(told, { history: error.history }) : told
  }

  /** Numbers in place, those that layers were given meanwhile too. Call it before a run. */
  async ready(): Promise<void> {
    for (const layer of withSublayers(this.network.layers)) {
      const pending = [...layer.takePending()]
      if (pending.length === 0) continue
      await this.store.set(new Map(pending.map(([{ key }, value]) => [key, value])))
    }
    await this.store.ready()
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

  get disposed(): boolean {
    return this.#disposed
  }

  mustLive(): void {
    if (!this.#disposed) return
    throw new GradloomError(
      'disposed',
      `${this.subject}: used after dispose(); make a new model.`,
      {
        subject: this.name,
      },
    )
  }

  async dispose(): Promise<void> {
    this.#disposed = true
    await this.store.session.dispose()
  }
}

/** The workers' memory is gone after these. */
const LOST = new Set(['worker-died', 'worker-start', 'trap'])

const slotsOf = (network: Network, { optimizer }: Compiled): Kept[] => {
  const trainable = new Set<Variable>(trainableOf(network))
  const shared = optimizer.shared.map((variable) => ({
    variable,
    path: `optimizer/shared/${variable.name}`,
  }))
  const own = network.placed
    .filter(({ variable }) => trainable.has(variable))
    .flatMap(({ variable, path }) =>
      optimizer
        .slots(variable)
        .map((slot) => ({ variable: slot, path: `optimizer/${path}/${slot.name}` })),
    )
  const first = 2 * network.placed.length
  return [...shared, ...own].map((slot, i) => ({ ...slot, stream: first + 2 * i }))
}

const keptOf = (network: Network, compiled: Compiled | undefined): Kept[] => {
  if (!network.sample) return []
  return compiled ? [...network.placed, ...slotsOf(network, compiled)] : [...network.placed]
}
