// The programs of a model by what they were made for. The ones not used for longest are unloaded.

import type { Session } from '../runtime/session.ts'
import { Pace } from './pace.ts'
import { programsOf, type StepPrograms } from './programs.ts'

/** Batch sizes and kinds of step that are kept at a time. */
const MOST = 24

/** Programs, and how fast they were. */
export interface Loaded {
  readonly programs: StepPrograms
  readonly pace: Pace
}

export class ProgramCache {
  /** In the order of their last use. */
  readonly #loaded = new Map<string, Loaded>()
  #newest = ''
  readonly #session: () => Session

  constructor(session: () => Session) {
    this.#session = session
  }

  get(key: string, make: () => StepPrograms): Loaded {
    const known = this.#loaded.get(key)
    if (known && key === this.#newest) return known
    const found = known ?? { programs: make(), pace: new Pace() }
    this.#newest = key
    this.#loaded.delete(key)
    this.#loaded.set(key, found)
    const oldest = this.#loaded.keys().next().value
    if (this.#loaded.size > MOST && oldest !== undefined) this.#drop(oldest)
    return found
  }

  /** Forgets the programs whose key contains `part`; all by default. */
  forget(part = ''): void {
    for (const key of [...this.#loaded.keys()]) if (key.includes(part)) this.#drop(key)
  }

  #drop(key: string): void {
    const { programs } = this.#loaded.get(key) as Loaded
    this.#loaded.delete(key)
    // Nobody waits for it; where the session is gone, so are its programs.
    for (const program of programsOf(programs))
      this.#session()
        .unload(program)
        .catch(() => {})
  }
}
