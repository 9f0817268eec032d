// The numbers of one model and how far it is trained: what is kept of it in its home, when copies
// are made, and where it stands after workers were lost.

import type { Snapshot } from '../callbacks/callback.ts'
import { type GradloomError, withoutLink } from '../errors.ts'
import type { AnyLayer } from '../layers/layer.ts'
import { withSublayers } from '../layers/pass.ts'
import type { Session } from '../runtime/session.ts'
import type { Elements } from '../shape.ts'
import type { Variable } from '../variable.ts'
import { Home, type Kept, type Member } from './home.ts'
import type { Seed } from './seed.ts'

export type { Kept } from './home.ts'

/** How far training has come, over the life of the model. */
export interface Position {
  /** Training steps done. */
  readonly step: number
  /** Epochs begun; each has its own order of the samples. */
  readonly epochs: number
}

/** Copies are made at most this often while a model trains … */
const COPY_EVERY_MS = 2000
/** … and take at most this part of the time. */
const COPY_SHARE = 1 / 20

const homes = new WeakMap<AnyLayer, Home>()

/** The home of the layers: that of the models that have some of them; two become one. */
const homeOf = (layers: readonly AnyLayer[]): Home => {
  const all = withSublayers(layers)
  const known = new Set(all.flatMap((layer) => homes.get(layer)?.now ?? []))
  const [first = new Home(), ...others] = known
  for (const other of others) first.join(other)
  for (const layer of all) homes.set(layer, first)
  return first
}

export class Store implements Member {
  seed: Seed
  position: Position = { step: 0, epochs: 0 }
  /** Times that the workers were lost and the copies put back. */
  lives = 0
  readonly #home: Home
  readonly #kept: () => readonly Kept[]
  #copied: Position = { step: 0, epochs: 0 }
  /** When the next copy is due. */
  #copyAt = 0

  constructor(layers: readonly AnyLayer[], kept: () => readonly Kept[], seed: Seed) {
    this.#home = homeOf(layers)
    this.#kept = kept
    this.seed = seed
    this.home.members.add(this)
  }

  get home(): Home {
    return this.#home.now
  }

  get session(): Session {
    return this.home.session
  }

  get kept(): readonly Kept[] {
    return this.#kept()
  }

  /** Makes sure of workers, so that their loss does not show in the middle of what comes next. */
  async attach(): Promise<void> {
    await this.home.settle()
    await this.session.read([])
  }

  /** Gives variables that are new their numbers. Call it before a run. */
  ready(): Promise<void> {
    return this.home.ready()
  }

  restored(fault: GradloomError | undefined): void {
    if (fault) this.#notice(fault)
    this.position = this.#copied
  }

  #notice(fault: GradloomError): void {
    this.lives += 1
    const { step } = this.#copied
    if (step === this.position.step) return
    const back = `A model is back where it was copied last: ${step} of ${this.position.step} steps.`
    console.warn(`Gradloom: ${withoutLink(fault.message)} ${back}`)
  }

  /** Numbers of all variables. */
  async snapshot(): Promise<Snapshot> {
    const variables = this.kept.map(({ variable }) => variable)
    const values = await this.read(variables)
    return new Map(variables.map(({ key }, i) => [key, values[i] as Elements]))
  }

  async read(variables: readonly Variable[]): Promise<Elements[]> {
    if (variables.length === 0) return []
    await this.ready()
    return this.session.read(variables)
  }

  /** Sets numbers by key; the other variables stay. They are in the copies when it returns. */
  async set(values: Snapshot): Promise<void> {
    await this.home.settle()
    for (const [key, value] of values) this.home.copies.set(key, value)
    const known = this.kept.filter(({ variable }) => values.has(variable.key))
    await this.home.write(known.map(({ variable }) => variable))
  }

  /** Where training stands, in the workers and in the copies. */
  moveTo(position: Position): void {
    this.position = position
    this.#copied = position
  }

  /** Copies all numbers to this side, so that they outlive the workers. */
  async copy(): Promise<void> {
    if (!this.home.isFilled) return
    const began = performance.now()
    const values = await this.snapshot()
    for (const [key, value] of values) this.home.copies.set(key, value)
    this.#copied = this.position
    const now = performance.now()
    this.#copyAt = now + Math.max(COPY_EVERY_MS, (now - began) / COPY_SHARE)
  }

  async copyIfDue(): Promise<void> {
    if (performance.now() >= this.#copyAt) await this.copy()
  }

  /** After workers were lost: training stands where the copies are. */
  fallBack(): Position {
    this.position = this.#copied
    return this.position
  }

  /** Frees variables that are no longer kept. */
  forget(variables: readonly Variable[]): Promise<void> {
    return this.home.forget(variables)
  }

  leave(): Promise<void> {
    return this.home.leave(this)
  }
}
