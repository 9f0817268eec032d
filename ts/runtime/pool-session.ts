// A session as models hold it: its calls wait for each other, it moves to fresh workers after a
// fault, and it is freed when its model is collected.

import { GradloomError } from '../errors.ts'
import type { Program } from '../graph.ts'
import type { Elements } from '../shape.ts'
import type { Variable } from '../variable.ts'
import type { Crew } from './crew.ts'
import { CrewSession } from './crew-session.ts'
import { currentPool, type Pool } from './pool.ts'
import type { Session, SessionOptions, SessionResult, SessionRun } from './session.ts'

/** What is freed when a session is collected. It must not lead back to the session. */
interface Lease {
  crew: Crew | undefined
  id: number
}

const free = async ({ crew, id }: Lease): Promise<void> => {
  // A lost crew has freed everything.
  if (crew && !crew.failed) await crew.disposeSession(id).catch(() => {})
}

const collected = new FinalizationRegistry<Lease>((lease) => void free(lease))

export class PoolSession implements Session {
  readonly #pool: () => Pool
  readonly #restore: SessionOptions['restore']
  readonly #lease: Lease = { crew: undefined, id: 0 }
  readonly #ended = new AbortController()
  #held: CrewSession | undefined
  #line: Promise<unknown> = Promise.resolve()

  /** `pool` gives the pool of now: another one after `shutdown` and `init`. */
  constructor(pool: () => Pool, options: SessionOptions = {}) {
    this.#pool = pool
    this.#restore = options.restore
    collected.register(this, this.#lease, this)
  }

  write(variable: Variable, data: Elements): Promise<void> {
    return this.#onWorkers((session) => session.write(variable, data))
  }

  read(variables: readonly Variable[]): Promise<Elements[]> {
    return this.#onWorkers((session) => session.read(variables))
  }

  run(request: SessionRun): Promise<SessionResult> {
    return this.#onWorkers((session) => session.run(request))
  }

  plan(program: Program): Promise<{ table: string; arenaBytes: number }> {
    return this.#onWorkers((session) => session.plan(program))
  }

  drop(variables: readonly Variable[]): Promise<void> {
    return this.#inTurn(async () => this.#live()?.drop(variables))
  }

  unload(program: Program): Promise<void> {
    return this.#inTurn(async () => this.#live()?.unload(program))
  }

  /** A run under way stops after its step and rejects with `disposed`, as do later calls. */
  async dispose(): Promise<void> {
    if (this.#ended.signal.aborted) return
    this.#ended.abort()
    collected.unregister(this)
    await this.#line
    await free(this.#lease)
    this.#held = undefined
  }

  /** Without waiting for workers that are there: a small model takes no longer than a few waits. */
  #onWorkers<T>(job: (session: CrewSession) => Promise<T>): Promise<T> {
    return this.#inTurn(() => {
      const held = this.#held
      const isHere = held !== undefined && held.crew === this.#pool().running
      return isHere ? job(held) : this.#attached().then(job)
    })
  }

  #inTurn<T>(job: () => Promise<T>): Promise<T> {
    const turn = this.#line.then(async () => {
      this.#mustLive()
      const result = await job()
      this.#mustLive()
      return result
    })
    this.#line = turn.catch(() => {})
    return turn
  }

  #mustLive(): void {
    if (!this.#ended.signal.aborted) return
    throw new GradloomError('disposed', 'This session was disposed of; make a new model.')
  }

  /** Where the variables are; `undefined` if they are nowhere (any more). */
  #live(): CrewSession | undefined {
    return this.#held?.crew.failed ? undefined : this.#held
  }

  /** The session on the workers of now; on fresh ones, `restore` fills it first. */
  async #attached(): Promise<CrewSession> {
    const crew = await this.#pool().crew()
    if (this.#held?.crew === crew) return this.#held
    const fault = this.#held?.crew.failed
    const fresh = new CrewSession(crew, await crew.createSession(), this.#ended.signal)
    try {
      await this.#restore?.(fresh, fault)
    } catch (error) {
      await free({ crew, id: fresh.id })
      throw error
    }
    this.#held = fresh
    Object.assign(this.#lease, { crew, id: fresh.id } satisfies Lease)
    return fresh
  }
}

/** A session on the pool of this process or page. Workers are started at its first call. */
export const createSession = (options: SessionOptions = {}): Session =>
  new PoolSession(currentPool, options)
