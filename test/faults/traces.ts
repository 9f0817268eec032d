// What a fault may leave behind in the process: threads, handles, open files, temporary files and memory of
// the core. It counts; `table.ts` compares.

import { existsSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import type { Worker } from 'node:worker_threads'
import { info } from '../../ts/index.ts'

export interface Traces {
  /** Workers of the pool that are alive. */
  readonly workers: number
  /** Threads of the process (Linux). */
  readonly threads: number
  /** What keeps the event loop busy, without timers. */
  readonly handles: number
  /** Open files (Linux). */
  readonly descriptors: number
  /** Temporary files of Gradloom, in the folder of the row and in that of the system. */
  readonly files: number
  /** Bytes of the core's memory. */
  readonly memory: number
}

/** What a row may add. The core's memory never shrinks, so all rows of a pool share the last one. */
const ALLOWED: Traces = {
  workers: 0,
  threads: 0,
  handles: 0,
  // Node opens some of its own when they are first needed.
  descriptors: 4,
  files: 0,
  memory: 2 ** 26,
}

const entries = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder) : [])

const PASSING = new Set(['Timeout', 'Immediate', 'TickObject'])

export const traces = (workers: readonly Worker[], folder: string): Traces => ({
  workers: workers.filter(({ threadId }) => threadId >= 0).length,
  threads: entries('/proc/self/task').length,
  handles: process.getActiveResourcesInfo().filter((kind) => !PASSING.has(kind)).length,
  descriptors: entries('/proc/self/fd').length,
  files: [folder, tmpdir()].flatMap(entries).filter((name) => name.startsWith('.gradloom-')).length,
  memory: info().memory.bytes,
})

/** What is there beyond what was and may be; empty if all is well. */
export const leaks = (before: Traces, after: Traces): string[] =>
  (Object.keys(ALLOWED) as (keyof Traces)[])
    .filter((kind) => after[kind] > before[kind] + ALLOWED[kind])
    .map((kind) => `${kind}: ${before[kind]} before, ${after[kind]} after`)
