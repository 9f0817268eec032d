// The pool: one for each process or page, shared by all models. Its workers are started when they
// are first needed, and again after a fault. It knows lives of workers, no models.

import { GradloomError, withoutLink } from '../errors.ts'
import type { Platform } from '../platform/platform.ts'
import { Crew } from './crew.ts'
import { type Choice, type Features, withoutWorkers } from './features.ts'
import { startTeam } from './team.ts'

export interface PoolParts {
  readonly platform: Platform
  readonly features: Features
  readonly choice: Choice
  /** Without workers, go on on the caller's thread instead of failing. */
  readonly fallBack: boolean
  readonly memoryLimit: number
  /** How long a worker may take to start. */
  readonly startTimeoutMs: number
}

export class Pool {
  readonly #parts: PoolParts
  #choice: Choice
  #crew: Crew | undefined
  #stopped: GradloomError | undefined

  constructor(parts: PoolParts) {
    this.#parts = parts
    this.#choice = parts.choice
  }

  /** How it runs; changes once if no worker can be started. */
  get choice(): Choice {
    return this.#choice
  }

  get memoryLimit(): number {
    return this.#parts.memoryLimit
  }

  get memoryBytes(): number {
    return this.#crew?.memoryBytes ?? 0
  }

  /** The workers that run now, if they do. */
  get running(): Crew | undefined {
    return this.#stopped || this.#crew?.failed ? undefined : this.#crew
  }

  /** Gets the workers on their way. Trouble shows in the first call that needs them. */
  start(): void {
    this.crew().catch(() => {})
  }

  /** Workers that are ready: those that run, or fresh ones. */
  async crew(): Promise<Crew> {
    const choice = this.#choice
    try {
      const crew = this.#live()
      await crew.ready()
      return crew
    } catch (error) {
      if (this.#mayFallBack(error)) this.#fallBack(error)
      // Another caller may have fallen back.
      else if (this.#choice === choice) throw error
      return this.crew()
    }
  }

  /** Ends all work: every pending call rejects. */
  async stop(): Promise<void> {
    this.#stopped ??= shutDown()
    await this.#crew?.stop(this.#stopped)
  }

  #live(): Crew {
    if (this.#stopped) throw this.#stopped
    const failed = this.#crew?.failed
    if (this.#mayFallBack(failed)) this.#fallBack(failed)
    if (!this.#crew || failed) this.#crew = this.#startCrew()
    return this.#crew
  }

  #startCrew(): Crew {
    const { platform, memoryLimit, startTimeoutMs } = this.#parts
    const choice = this.#choice
    const module = platform.loadModule(choice.variant)
    // Whoever needs it hears of it; here nobody may be waiting yet.
    module.catch(() => {})
    return new Crew((onFault) =>
      startTeam({ platform, module, choice, memoryLimit, startTimeoutMs, onFault }),
    )
  }

  #mayFallBack(error: unknown): error is GradloomError {
    if (!this.#parts.fallBack || this.#choice.mode === 'inline' || this.#stopped) return false
    return error instanceof GradloomError && error.code === 'worker-start'
  }

  #fallBack(error: GradloomError): void {
    this.#choice = withoutWorkers(this.#parts.features, withoutLink(error.message))
    console.warn(`Gradloom runs on ${this.#choice.reason}`)
  }
}

/** For calls that were under way. */
export const shutDown = (): GradloomError =>
  new GradloomError('disposed', 'Gradloom was shut down: call `await init()` to use it again.')

let current: Pool | undefined

/** Sets the pool of this process or page (`undefined` after `shutdown`). */
export const setPool = (pool: Pool | undefined): void => {
  current = pool
}

/** The pool of now. Throws `not-initialized` before `await init()`. */
export const currentPool = (): Pool => {
  if (current) return current
  throw new GradloomError(
    'not-initialized',
    'Gradloom is not initialised: call `await init()` once before training or running a model.',
  )
}
