// One model's share of the workers, as the model sees it. (Interface; `pool-session.ts` makes
// them.)

import type { GradloomError } from '../errors.ts'
import type { Program } from '../graph.ts'
import type { Elements } from '../shape.ts'
import type { Variable } from '../variable.ts'

/** Feeds by input name. */
export type Feeds = Readonly<Record<string, { data: Elements; perStep: boolean }>>

export interface SessionStage {
  readonly program: Program
  readonly feeds: Feeds
}

export interface SessionRun {
  readonly steps: number
  readonly stages: readonly SessionStage[]
  /** The first `exchange.length` stages are shards; each assigns the variables of `exchange[i]`. */
  readonly exchange?: readonly (readonly Variable[])[]
  readonly guard?: boolean
  /**
   * No program assigns a variable (predict, evaluate): replicas divide the steps among themselves.
   */
  readonly pure?: boolean
  /**
   * Stops after the current step when it fires; the run then resolves with `stopped: 'aborted'`.
   */
  readonly signal?: AbortSignal | undefined
}

export interface SessionResult {
  readonly steps: number
  readonly stopped: 'done' | 'aborted' | 'non-finite'
  /** For each stage, each output by name: `steps × size` numbers. */
  readonly outputs: readonly Record<string, Elements>[]
}

export interface SessionOptions {
  /**
   * Fills fresh memory, where all variables are zero: before the first call of a session, then with
   * `fault` undefined, and before the first call after its workers were lost. It gets a session of
   * its own to write with; calls of the outer session wait until it is done.
   */
  readonly restore?: (session: Session, fault: GradloomError | undefined) => Promise<void>
}

/**
 * Variables are defined (zero) when first mentioned; programs are loaded when first run and kept by
 * identity. Every promise settles: a dead worker rejects with `worker-died`, after which the next
 * call works on fresh workers whose variables hold what `restore` (given at creation) writes.
 */
export interface Session {
  /**
   * `data` is copied, and must not change until the promise settles. Likewise the feeds of `run`.
   */
  write(variable: Variable, data: Elements): Promise<void>
  read(variables: readonly Variable[]): Promise<Elements[]>
  run(request: SessionRun): Promise<SessionResult>
  /** The plan of a program as a printed table, and the bytes of its arena. */
  plan(program: Program): Promise<{ table: string; arenaBytes: number }>
  /** Frees the memory of variables that are no longer needed (data sets). */
  drop(variables: readonly Variable[]): Promise<void>
  unload(program: Program): Promise<void>
  dispose(): Promise<void>
}
