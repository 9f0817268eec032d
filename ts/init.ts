// Starting and stopping Gradloom: `init`, `info`, `shutdown`. It decides how to run, loads the
// core, makes the caller's own instance of it and gets the workers on their way.

import { badArgument, positiveWhole, whole } from './checks.ts'
import { GradloomError } from './errors.ts'
import { unknownName } from './names.ts'
import * as platform from './platform/current.ts'
import { type Core, core, setCore } from './runtime/core.ts'
import { choose, detect, MOST_THREADS } from './runtime/features.ts'
import { isShared, makeCore, makeMemory } from './runtime/instance.ts'
import { currentPool, Pool, setPool } from './runtime/pool.ts'
import type { Mode, Numerics, Variant } from './runtime/protocol.ts'

export interface InitOptions {
  /** Threads, or workers without shared memory. Default: one for each core, at most 16. */
  readonly threads?: number
  /**
   * `'exact'` (default): the same bits on every machine. `'fast'`: relaxed multiply-add where the
   * engine has it, up to twice as fast, and not the same bits in every engine.
   */
  readonly numerics?: Numerics
  /**
   * Most bytes of a memory: there is one, or one for each worker without shared memory. Default 4
   * GiB.
   */
  readonly memoryLimit?: number
  /** Seed of models that are given none. Default: another one every time. */
  readonly seed?: number
  /**
   * How to spread the work. Default `'auto'`: shared memory, else replicas, else the caller's
   * thread.
   */
  readonly mode?: Mode | 'auto'
}

/** How Gradloom runs here. */
export interface Info {
  readonly mode: Mode
  /** Why this mode and this many threads, as a sentence. */
  readonly reason: string
  readonly threads: number
  readonly variant: Variant
  readonly numerics: Numerics
  /** Version of Gradloom. */
  readonly version: string
  readonly memory: {
    /** Bytes of wasm memory in use by the workers; 0 before they run. */
    readonly bytes: number
    /** Most bytes of each memory. */
    readonly limit: number
  }
}

type Wanted = Required<Omit<InitOptions, 'threads'>> & Pick<InitOptions, 'threads'>

interface Started {
  readonly wanted: Wanted
  readonly pool: Pool
  readonly done: Promise<void>
}

const GIB = 2 ** 30
/** Stacks of threads are in it too. */
const LEAST_MEMORY = 2 ** 26
/** Graphs are described there; no tensors of a model live in it. */
const PAGE_MEMORY = GIB
const START_TIMEOUT_MS = 30_000

const oneOf = <T extends string>(kind: string, name: T, known: readonly T[]): T => {
  if (known.includes(name)) return name
  throw unknownName(kind, String(name), known)
}

const checkLimit = (bytes: number): number => {
  if (Number.isFinite(bytes) && bytes >= LEAST_MEMORY && bytes <= 4 * GIB) return bytes
  throw badArgument('init', 'memoryLimit', bytes, 'a number of bytes from 2 ** 26 to 2 ** 32')
}

const checkThreads = (threads: number): number => {
  if (positiveWhole('init', 'threads', threads) <= MOST_THREADS) return threads
  throw badArgument('init', 'threads', threads, `at most ${MOST_THREADS}`)
}

const randomSeed = (): number => Math.floor(Math.random() * 2 ** 32)

const knownOptions = ['threads', 'numerics', 'memoryLimit', 'seed', 'mode']

const check = (options: InitOptions): Wanted => {
  for (const name of Object.keys(options)) oneOf('option of init', name, knownOptions)
  const { threads, numerics = 'exact', memoryLimit = 4 * GIB, seed, mode = 'auto' } = options
  return {
    mode: oneOf<Mode | 'auto'>('mode', mode, ['auto', 'shared', 'replica', 'inline']),
    numerics: oneOf<Numerics>('numerics', numerics, ['exact', 'fast']),
    memoryLimit: checkLimit(memoryLimit),
    seed: seed === undefined ? randomSeed() : whole('init', 'seed', seed),
    ...(threads === undefined ? {} : { threads: checkThreads(threads) }),
  }
}

let started: Started | undefined

const begin = async (pool: Pool, { memoryLimit }: Wanted): Promise<void> => {
  const { variant } = pool.choice
  pool.start()
  const module = await platform.loadModule(variant)
  if (started?.pool !== pool) throw new GradloomError('disposed', 'init: shut down while starting.')
  const limit = Math.min(memoryLimit, PAGE_MEMORY)
  const make = (): Core => makeCore(module, makeMemory(limit, isShared(variant)))
  setCore(make(), make)
}

const start = (wanted: Wanted): Started => {
  const features = detect(platform.environment())
  const { memoryLimit, mode } = wanted
  const pool = new Pool({
    platform,
    features,
    choice: choose(features, wanted),
    fallBack: mode === 'auto' && features.runtime === 'browser',
    memoryLimit,
    startTimeoutMs: START_TIMEOUT_MS,
  })
  setPool(pool)
  // `begin` looks at `started`, so it must not run before it is set.
  const done = Promise.resolve().then(() => begin(pool, wanted))
  return { wanted, pool, done }
}

/** Later calls may repeat options, not change them. */
const mustAgree = (options: InitOptions, { wanted }: Started): void => {
  for (const [name, value] of Object.entries(options)) {
    const before = wanted[name as keyof InitOptions]
    if (value === undefined || value === before) continue
    throw badArgument('init', name, value, `${before}, as before; call \`await shutdown()\` first`)
  }
}

/**
 * Loads the core and starts the workers. Call it once, before anything else; calling it again does
 * nothing, and options can change only after `shutdown`.
 */
export const init = async (options: InitOptions = {}): Promise<void> => {
  const wanted = check(options)
  if (started) mustAgree(options, started)
  else started = start(wanted)
  const mine = started
  try {
    await mine.done
  } catch (error) {
    if (started === mine) await shutdown()
    throw error
  }
}

/** How Gradloom runs here, and why. Throws `not-initialized` before `await init()`. */
export const info = (): Info => {
  const version = core().version()
  const { mode, reason, threads, variant, numerics } = currentPool().choice
  const limit = (started as Started).wanted.memoryLimit
  const memory = { bytes: currentPool().memoryBytes, limit }
  return { mode, reason, threads, variant, numerics, version, memory }
}

/** The seed given to `init`, or the one drawn there. */
export const initialSeed = (): number => {
  core()
  return (started as Started).wanted.seed
}

/**
 * Stops the workers and frees their memory. What is under way rejects with `disposed`. After
 * another `init`, models go on from what they can restore.
 */
export const shutdown = async (): Promise<void> => {
  const ending = started
  started = undefined
  setPool(undefined)
  setCore(undefined)
  if (!ending) return
  await ending.pool.stop()
  await ending.done.catch(() => {})
}
