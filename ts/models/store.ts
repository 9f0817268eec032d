// The numbers of a model: where they are (in the workers, and as copies on this side), how they get
// their first values, and how they come back after workers were lost. It knows no layers and no
// training.

import type { Snapshot } from '../callbacks/callback.ts'
import type { GradloomError } from '../errors.ts'
import { createSession } from '../runtime/pool-session.ts'
import type { Session } from '../runtime/session.ts'
import type { Elements } from '../shape.ts'
import type { Variable } from '../variable.ts'
import type { Placed } from './placing.ts'
import { initProgram } from './programs.ts'
import type { Seed } from './seed.ts'

/** A variable that the store keeps; optimizer slots have no layer. */
export type Kept = Omit<Placed, 'layer'>

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

export class Store {
  readonly session: Session
  seed: Seed
  position: Position = { step: 0, epochs: 0 }
  /** Times that the workers were lost and the copies put back. */
  lives = 0
  readonly #kept: () => readonly Kept[]
  readonly #copies = new Map<number, Elements>()
  #copied: Position = { step: 0, epochs: 0 }
  /** When the next copy is due. */
  #copyAt = 0
  /** Keys that hold their numbers in the workers of now; undefined before there are any. */
  #filled: Set<number> | undefined

  constructor(kept: () => readonly Kept[], seed: Seed) {
    this.#kept = kept
    this.seed = seed
    this.session = createSession({ restore: (session, fault) => this.#restore(session, fault) })
  }

  /** Makes sure of workers, so that their loss does not show in the middle of what comes next. */
  async attach(): Promise<void> {
    await this.session.read([])
  }

  /** Gives variables that are new their numbers. Call it before a run. */
  async ready(): Promise<void> {
    const filled = this.#filled
    if (!filled) return
    const fresh = this.#kept().filter(({ variable }) => !filled.has(variable.key))
    if (fresh.length > 0) await this.#fill(this.session, fresh, filled)
  }

  async #restore(session: Session, fault: GradloomError | undefined): Promise<void> {
    if (fault) this.#notice(fault)
    this.position = this.#copied
    const filled = new Set<number>()
    await this.#fill(session, this.#kept(), filled)
    this.#filled = filled
  }

  #notice(fault: GradloomError): void {
    this.lives += 1
    const { step } = this.#copied
    if (step === this.position.step) return
    const back = `A model is back where it was copied last: ${step} of ${this.position.step} steps.`
    console.warn(`Gradloom: ${fault.message} ${back}`)
  }

  async #fill(session: Session, kept: readonly Kept[], filled: Set<number>): Promise<void> {
    // Marked at once: another call must not give first values a second time.
    for (const { variable } of kept) filled.add(variable.key)
    try {
      await this.#initialize(
        session,
        kept.filter(({ variable }) => !this.#copies.has(variable.key)),
      )
      for (const { variable } of kept) {
        const copy = this.#copies.get(variable.key)
        if (copy) await session.write(variable, copy)
      }
    } catch (error) {
      for (const { variable } of kept) filled.delete(variable.key)
      throw error
    }
  }

  async #initialize(session: Session, fresh: readonly Kept[]): Promise<void> {
    if (fresh.length === 0) return
    const program = initProgram(fresh, this.seed)
    await session.run({ steps: 1, stages: [{ program, feeds: {} }] })
    await session.unload(program)
  }

  /** Numbers of all variables. */
  async snapshot(): Promise<Snapshot> {
    const variables = this.#kept().map(({ variable }) => variable)
    const values = await this.read(variables)
    return new Map(variables.map(({ key }, i) => [key, values[i] as Elements]))
  }

  async read(variables: readonly Variable[]): Promise<Elements[]> {
    if (variables.length === 0) return []
    await this.ready()
    return this.session.read(variables)
  }

  /** Sets numbers by key; the other variables stay. They are in the copies when it returns. */
  set(values: Snapshot): Promise<void> {
    for (const [key, value] of values) this.#copies.set(key, value)
    const known = this.#kept().filter(({ variable }) => values.has(variable.key))
    return this.#write(known.map(({ variable }) => variable))
  }

  async #write(variables: readonly Variable[]): Promise<void> {
    const filled = this.#filled
    if (!filled) return
    for (const variable of variables) {
      filled.add(variable.key)
      await this.session.write(variable, this.#copies.get(variable.key) as Elements)
    }
  }

  /** Where training stands, in the workers and in the copies. */
  moveTo(position: Position): void {
    this.position = position
    this.#copied = position
  }

  /** Copies all numbers to this side, so that they outlive the workers. */
  async copy(): Promise<void> {
    if (!this.#filled) return
    const began = performance.now()
    const values = await this.snapshot()
    for (const [key, value] of values) this.#copies.set(key, value)
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
  async forget(variables: readonly Variable[]): Promise<void> {
    for (const { key } of variables) {
      this.#copies.delete(key)
      this.#filled?.delete(key)
    }
    if (this.#filled) await this.session.drop(variables)
  }
}
