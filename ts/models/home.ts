// Where numbers live: a session of the workers and copies on this side. Models that have layers in
// common share a home; each has its own position in training. It knows no layers.

import type { Snapshot } from '../callbacks/callback.ts'
import { GradloomError } from '../errors.ts'
import { currentPool } from '../runtime/pool.ts'
import { createSession } from '../runtime/pool-session.ts'
import type { Session } from '../runtime/session.ts'
import { type Elements, showShape, sizeOf } from '../shape.ts'
import type { Variable } from '../variable.ts'
import type { Placed } from './placing.ts'
import { initProgram } from './programs.ts'
import type { Seed } from './seed.ts'

/** A variable that is kept; optimizer slots have no layer. */
export type Kept = Omit<Placed, 'layer'>

/** One model's part of a home. */
export interface Member {
  readonly seed: Seed
  readonly kept: readonly Kept[]
  /** Its numbers are those of the copies again; without a fault it had none before. */
  restored(fault: GradloomError | undefined): void
}

export class Home {
  readonly session: Session
  readonly copies = new Map<number, Elements>()
  readonly members = new Set<Member>()
  /** What a member is doing that no other may disturb. */
  busy: string | undefined
  /** Keys that hold their numbers in the workers of now; undefined before there are any. */
  #filled: Set<number> | undefined
  /** Homes whose numbers have yet to be moved here. */
  readonly #joining: Home[] = []
  #settled: Promise<void> = Promise.resolve()
  #moved: Home | undefined

  constructor() {
    this.session = createSession({ restore: (session, fault) => this.#restore(session, fault) })
  }

  get isFilled(): boolean {
    return this.#filled !== undefined
  }

  /** The home that this one has joined, if it has. */
  get now(): Home {
    return this.#moved?.now ?? this
  }

  /** From now on this is the home of the other's members too. */
  join(other: Home): void {
    for (const member of other.members) this.members.add(member)
    this.#joining.push(other)
    other.#moved = this
  }

  /** Moves the numbers of homes that have joined. */
  settle(): Promise<void> {
    if (this.#joining.length > 0) this.#settled = this.#settled.then(() => this.#move())
    return this.#settled
  }

  async #move(): Promise<void> {
    for (;;) {
      const [other] = this.#joining
      if (!other) return
      await other.settle()
      for (const [key, value] of await other.#numbers()) this.copies.set(key, value)
      await this.write(this.#variables().filter(({ key }) => this.copies.has(key)))
      await other.session.dispose()
      this.#joining.shift()
    }
  }

  async #numbers(): Promise<Snapshot> {
    if (!this.#filled) return this.copies
    const variables = this.#variables().filter(({ key }) => this.#filled?.has(key))
    const values = await this.session.read(variables)
    return new Map(variables.map(({ key }, i) => [key, values[i] as Elements]))
  }

  #variables(): Variable[] {
    const all = [...this.members].flatMap(({ kept }) => kept.map(({ variable }) => variable))
    return [...new Set(all)]
  }

  /** Whether nothing has to be done before a run that needs these variables. */
  holds(needed: readonly Kept[]): boolean {
    const filled = this.#filled
    if (!filled || this.#joining.length > 0) return false
    return needed.every(({ variable }) => filled.has(variable.key))
  }

  /** Gives variables that are new their numbers. Call it before a run. */
  async ready(): Promise<void> {
    await this.settle()
    if (this.#filled) await this.#fill(this.session, this.#filled)
  }

  async #restore(session: Session, fault: GradloomError | undefined): Promise<void> {
    for (const member of this.members) member.restored(fault)
    const filled = new Set<number>()
    await this.#fill(session, filled)
    this.#filled = filled
  }

  async #fill(session: Session, filled: Set<number>): Promise<void> {
    for (const { kept, seed } of this.members) {
      const fresh = kept.filter(({ variable }) => !filled.has(variable.key))
      if (fresh.length > 0) mustFit(kept)
      // Marked at once: another call must not give first values a second time.
      for (const { variable } of fresh) filled.add(variable.key)
      try {
        await this.#fillFresh(session, fresh, seed)
      } catch (error) {
        for (const { variable } of fresh) filled.delete(variable.key)
        throw error
      }
    }
  }

  async #fillFresh(session: Session, fresh: readonly Kept[], seed: Seed): Promise<void> {
    await initialize(
      session,
      fresh.filter(({ variable }) => !this.copies.has(variable.key)),
      seed,
    )
    for (const { variable } of fresh) {
      const copy = this.copies.get(variable.key)
      if (copy) await session.write(variable, copy)
    }
  }

  /** Writes the copies of these variables, where there are workers. */
  async write(variables: readonly Variable[]): Promise<void> {
    const filled = this.#filled
    if (!filled) return
    for (const variable of variables) {
      filled.add(variable.key)
      await this.session.write(variable, this.copies.get(variable.key) as Elements)
    }
  }

  /** Frees variables that no member keeps any more. */
  async forget(variables: readonly Variable[]): Promise<void> {
    const kept = new Set(this.#variables())
    const gone = variables.filter((variable) => !kept.has(variable))
    for (const { key } of gone) {
      this.copies.delete(key)
      this.#filled?.delete(key)
    }
    if (this.#filled) await this.session.drop(gone)
  }

  /** The last member to leave frees the memory. */
  async leave(member: Member): Promise<void> {
    this.members.delete(member)
    if (this.members.size === 0) await this.session.dispose()
  }
}

/** Before anything is allocated: whether there is room for the numbers of a model at all. */
const mustFit = (kept: readonly Kept[]): void => {
  const { memoryLimit } = currentPool()
  const bytesOf = ({ variable }: Kept): number => 4 * sizeOf(variable.shape)
  const bytes = kept.reduce((sum, each) => sum + bytesOf(each), 0)
  if (bytes <= memoryLimit) return
  const mib = (n: number): string => `${Math.ceil(n / 2 ** 20)} MiB`
  const { path, variable } = kept.toSorted((a, b) => bytesOf(b) - bytesOf(a))[0] as Kept
  throw new GradloomError(
    'out-of-memory',
    `The weights and what the optimizer keeps of them take ${mib(bytes)} ("${path}" ` +
      `${showShape(variable.shape)} is the largest), but the memory may have ${mib(memoryLimit)}; ` +
      'make the layers smaller, or raise init({ memoryLimit }), which can be 4 GiB.',
    { subject: path },
  )
}

const initialize = async (session: Session, fresh: readonly Kept[], seed: Seed): Promise<void> => {
  if (fresh.length === 0) return
  const program = initProgram(fresh, seed)
  await session.run({ steps: 1, stages: [{ program, feeds: {} }] })
  await session.unload(program)
}
