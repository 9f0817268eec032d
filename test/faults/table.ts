// The table of faults: what a row is, and what is checked after every one of them. The promise has settled
// with the expected code, nothing is left behind, and the next training step gives the same bits as before.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Worker } from 'node:worker_threads'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import {
  type AnyModel,
  type ErrorCode,
  GradloomError,
  init,
  type Model,
  shutdown,
} from '../../ts/index.ts'
import type { Mode } from '../../ts/runtime/protocol.ts'
import { classifier, clusters, hashOf } from '../e2e/support.ts'
import { endPool, type PoolOptions, startPool } from './pools.ts'
import { leaks, type Traces, traces } from './traces.ts'

/** What a row has at hand. */
export interface Scene {
  readonly mode: Mode
  /** An empty folder of its own. */
  readonly folder: string
  /** The workers of the pool: those that run, and those that have ended. */
  readonly workers: readonly Worker[]
  /** What was written to `console.warn`. */
  readonly warnings: readonly string[]
  /** A compiled classifier of `clusters` that must be able to train after the fault. */
  classifier(): Model
  /** Puts another pool in the place of the row's; after the row there is a new one. */
  pool(options: Omit<PoolOptions, 'mode'>): Promise<readonly Worker[]>
}

export interface Row {
  readonly name: string
  /** The code that the promise rejects with, or one of several; `fine`: it resolves. */
  readonly code: ErrorCode | 'fine' | readonly (ErrorCode | 'fine')[]
  /** What the message names: layer, file, shapes, fix. */
  readonly says?: readonly string[]
  /** Default: on the calling thread alone. */
  readonly modes?: readonly Mode[]
  /** Settings of a pool of the row's own. */
  readonly pool?: Omit<PoolOptions, 'mode'>
  /** Why it cannot be tried here; `undefined` if it can. */
  readonly obstacle?: () => string | undefined
  /** How long the promise may take to settle. Default 30 s. */
  readonly limitMs?: number
  run(scene: Scene): Promise<unknown>
}

export const EACH: readonly Mode[] = ['inline', 'shared', 'replica']
/** Modes in which work is done by workers. */
export const WORKING: readonly Mode[] = ['shared', 'replica']

export const quiet = { verbose: 0 } as const
export const { x, y } = clusters(100)
const LIMIT_MS = 30_000

/** The same steps in every mode, one shard: the hash of the weights after them. */
export const nextStep = async (): Promise<string> => {
  const model = classifier(7)
  await model.fit(x, y, { batchSize: 25, shards: 1, ...quiet })
  const hash = await hashOf(model)
  model.dispose()
  return hash
}

type Outcome = { readonly value: unknown } | { readonly error: unknown } | 'pending'

const outcomeOf = async (call: Promise<unknown>, limitMs: number): Promise<Outcome> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<'pending'>((resolve) => {
    timer = setTimeout(() => resolve('pending'), limitMs)
  })
  const settled = call.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  )
  const outcome = await Promise.race([settled, late])
  clearTimeout(timer)
  return outcome
}

const checkOutcome = (outcome: Outcome, { code, says = [] }: Row): void => {
  if (outcome === 'pending') throw new Error('the promise has not settled')
  const codes = [code].flat()
  if ('value' in outcome) {
    expect(codes).toContain('fine')
    return
  }
  const { error } = outcome
  if (!(error instanceof GradloomError)) throw error
  expect(codes, error.message).toContain(error.code)
  for (const part of says) expect(error.message).toContain(part)
}

/** Workers end, and sessions are freed, a little after the promise. */
const noLeaks = async (before: Traces, count: () => Traces): Promise<void> => {
  await vi.waitFor(() => expect(leaks(before, count())).toEqual([]), {
    timeout: 5000,
    interval: 20,
  })
}

/** Rows of one mode, over one pool as long as they do not ask for another. */
class Stage {
  readonly #mode: Mode
  #workers: Worker[] = []
  #before: Traces | undefined
  #folder = ''
  #own = false
  #models: AnyModel[] = []

  constructor(mode: Mode) {
    this.#mode = mode
  }

  async #start(options: Omit<PoolOptions, 'mode'> = {}): Promise<void> {
    this.#workers = await startPool({ mode: this.#mode, ...options })
  }

  /** Before any fault: the process at rest, with its workers. */
  async open(row: Row): Promise<void> {
    this.#folder = mkdtempSync(join(tmpdir(), 'gradloom-faults-'))
    if (!this.#before) {
      await this.#start()
      await nextStep()
      this.#before = this.#count()
    }
    this.#own = row.pool !== undefined
    if (row.pool) await this.#start(row.pool)
  }

  async play(row: Row, expected: string): Promise<void> {
    const warnings: string[] = []
    vi.spyOn(console, 'warn').mockImplementation((text: string) => void warnings.push(text))
    const outcome = await outcomeOf(row.run(this.#scene(warnings)), row.limitMs ?? LIMIT_MS)
    checkOutcome(outcome, row)
    if (this.#own) await this.#start()
    for (const model of this.#models) await model.fit(x, y, quiet)
    expect(await nextStep()).toBe(expected)
    this.#letGo()
    await noLeaks(this.#before as Traces, () => this.#count())
  }

  /** A failed row must not touch the next one. */
  close(passed: boolean): void {
    vi.restoreAllMocks()
    this.#letGo()
    if (!passed) this.#before = undefined
    rmSync(this.#folder, { recursive: true, force: true })
  }

  #count(): Traces {
    return traces(this.#workers, this.#folder)
  }

  #letGo(): void {
    for (const model of this.#models.splice(0)) model.dispose()
  }

  #scene(warnings: readonly string[]): Scene {
    const stage = this
    return {
      mode: this.#mode,
      folder: this.#folder,
      get workers() {
        return stage.#workers
      },
      warnings,
      classifier: () => {
        const model = classifier()
        this.#models.push(model)
        return model
      },
      pool: async (options) => {
        this.#own = true
        await this.#start(options)
        return this.#workers
      },
    }
  }
}

const modesOf = ({ modes = ['inline'] }: Row): readonly Mode[] => modes

const title = ({ name, code }: Row): string => `${name}: ${[code].flat().join(' or ')}`

const playRows = (mode: Mode, rows: readonly Row[], expected: () => string): void => {
  const stage = new Stage(mode)
  for (const row of rows) {
    const timeout = 2 * (row.limitMs ?? LIMIT_MS)
    it(title(row), { timeout }, async ({ skip }) => {
      const obstacle = row.obstacle?.()
      if (obstacle) skip(obstacle)
      let passed = false
      try {
        await stage.open(row)
        await stage.play(row, expected())
        passed = true
      } finally {
        stage.close(passed)
      }
    })
  }
}

/** The rows of one group, in every mode that they ask for. */
export const playTable = (group: string, rows: readonly Row[]): void => {
  let expected = ''
  beforeAll(async () => {
    await init({ mode: 'inline' })
    expected = await nextStep()
    await shutdown()
  })
  afterAll(endPool)
  const modes = EACH.filter((mode) => rows.some((row) => modesOf(row).includes(mode)))
  describe.each(modes)(`${group}, %s`, (mode) => {
    const here = rows.filter((row) => modesOf(row).includes(mode))
    playRows(mode, here, () => expected)
  })
}
