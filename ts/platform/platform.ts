// What the runtime asks of the place it runs in (types only). `node.ts`, `browser.ts`,
// `assets.ts` and `edge.ts` answer; the build points `current.ts` at one of them.

import type { Role, Variant } from '../runtime/protocol.ts'

/** A worker as the caller's thread holds it. */
export interface WorkerHandle {
  post(message: unknown, transfer?: readonly Transferable[]): void
  onMessage(listener: (message: unknown) => void): void
  /** The worker ended, or threw where nobody caught it. Told once, and not after `terminate`. */
  onDeath(listener: (reason: string, cause?: unknown) => void): void
  terminate(): Promise<void>
  /** The process stays alive for this worker (Node). */
  ref(): void
  /** The process may end although this worker lives (Node). Workers start so. */
  unref(): void
}

/** What can be known without running anything. */
export interface Environment {
  readonly runtime: 'node' | 'deno' | 'bun' | 'browser' | 'edge'
  /** Workers can be started. */
  readonly workers: boolean
  /** Workers can be given a shared memory. */
  readonly sharedMemory: boolean
  readonly cpus: number
  /** Whether the core with relaxed multiply-add can be loaded; the inlined build leaves it out. */
  readonly fastCore: boolean
}

export interface Platform {
  environment(): Environment
  /** The compiled core. Compiled once for each variant. */
  loadModule(variant: Variant): Promise<WebAssembly.Module>
  spawn(role: Role): WorkerHandle
  /** Lets messages, timers and painting have a turn. */
  nextTask(): Promise<void>
}
