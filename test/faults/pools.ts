// Pools for the table of faults: made as `init` makes them, but with workers that can be got at, can have
// faults of their own, and can be given less memory than `init` allows.

import { Worker as Thread, type Worker } from 'node:worker_threads'
import { init, shutdown } from '../../ts/index.ts'
import * as platform from '../../ts/platform/current.ts'
import { handleOf } from '../../ts/platform/node.ts'
import { choose, detect } from '../../ts/runtime/features.ts'
import { currentPool, Pool, setPool } from '../../ts/runtime/pool.ts'
import type { Mode } from '../../ts/runtime/protocol.ts'

/** What `faulty-worker.mjs` does wrong. */
export interface Fault {
  readonly fault:
    | 'exit'
    | 'throws'
    | 'rejects'
    | 'heap'
    | 'garbage'
    | 'trap'
    | 'helper trap'
    | 'broken'
    | 'silent'
    | 'missing'
  readonly afterMs?: number
  /** The first call that traps, 1-based. */
  readonly calls?: number
}

export interface PoolOptions {
  readonly mode: Mode
  /** Faults of the first workers, in the order in which they are started. */
  readonly faults?: readonly (Fault | undefined)[]
  readonly memoryLimit?: number
  readonly startTimeoutMs?: number
}

const healthy = new URL('../../dist/node/worker.js', import.meta.url)
const faulty = new URL('faulty-worker.mjs', import.meta.url)
const missing = new URL('no-such-worker.mjs', import.meta.url)

const startOne = (fault: Fault | undefined): Worker => {
  if (!fault) return new Thread(healthy)
  if (fault.fault === 'missing') return new Thread(missing)
  const resourceLimits = fault.fault === 'heap' ? { maxOldGenerationSizeMb: 32 } : {}
  return new Thread(faulty, { workerData: fault, resourceLimits, stderr: true })
}

let own: Pool | undefined

/** As `shutdown`, which knows nothing of a pool of ours. */
export const endPool = async (): Promise<void> => {
  await own?.stop()
  own = undefined
  await shutdown()
}

/** Puts a pool in the place of that of `init`. Resolves to its workers, to which later ones are added. */
export const startPool = async (options: PoolOptions): Promise<Worker[]> => {
  const { mode, faults = [], memoryLimit = 2 ** 30, startTimeoutMs = 20_000 } = options
  await endPool()
  await init({ mode, threads: 2, memoryLimit: Math.max(2 ** 26, memoryLimit) })
  await currentPool().stop()
  const workers: Worker[] = []
  const spawn = () => {
    const worker = startOne(faults[workers.length])
    worker.unref()
    workers.push(worker)
    return handleOf(worker)
  }
  const features = detect(platform.environment())
  const choice = choose(features, { mode, threads: 2 })
  const parts = { platform: { ...platform, spawn }, features, choice, memoryLimit, startTimeoutMs }
  own = new Pool({ ...parts, fallBack: false })
  setPool(own)
  return workers
}
