// `backupAndRestore`: a `fit` that was cut off goes on from its last backup, to the same bits.
// Keras 3's `BackupAndRestore`, which restores no callbacks.

import type { Callback, State } from '../../callbacks/callback.ts'
import { filesFor } from '../../callbacks/csv-logger.ts'
import { badArgument, flag, positiveWhole } from '../../checks.ts'
import { GradloomError } from '../../errors.ts'
import { createDirectoryOf } from '../../io/files.ts'
import type { Elements } from '../../shape.ts'
import { Tensor } from '../../tensor.ts'
import { CALLBACKS, numberFromJson, numberToJson } from '../file/format.ts'
import { jsonOf, type Opened, readInto } from '../file/load.ts'
import { saveModel } from '../file/save.ts'
import type { Live } from '../live.ts'
import type { Sums } from '../totals.ts'

export interface BackupAndRestoreOptions {
  /** File of the backup, written atomically; `loadModel` reads it, too. */
  path: string
  /**
   * `'epoch'` (default), or the number of batches between backups; then each step is a call of its
   * own.
   */
  saveFreq?: 'epoch' | number
  /** Whether the file is deleted when training is done. Default true. */
  deleteCheckpoint?: boolean
}

/** `batches` of the epoch are done, with these sums. */
export interface Place {
  readonly epoch: number
  readonly batches: number
  readonly sums?: Sums
}

/** What `fit` calls when all hooks have been called. */
export interface Keeper {
  /** Where the backup ends, put in place; `undefined` if there is none. */
  resume(live: Live, callbacks: readonly Callback[]): Promise<Place | undefined>
  /** Asked after every batch. */
  isDue(steps: number): boolean
  save(live: Live, callbacks: readonly Callback[], place: Place): Promise<void>
  end(): Promise<void>
}

export interface BackupCallback extends Callback {
  readonly keeper: Keeper
}

/** `run` in the metadata. */
interface Run {
  readonly place: Place
  /** Absent where there is a schedule. */
  readonly learningRate: number | undefined
  readonly swapped: boolean
  readonly callbacks: readonly { readonly name: string | undefined; readonly state: State }[]
}

const stateful = (callbacks: readonly Callback[]): Callback[] => callbacks.filter((x) => x.state)

const save = async (
  live: Live,
  callbacks: readonly Callback[],
  place: Place,
  path: string,
): Promise<void> => {
  const tensors: [string, Tensor][] = []
  const states: Run['callbacks'][number][] = []
  for (const [i, callback] of stateful(callbacks).entries()) {
    const state = { ...(await callback.state?.()) }
    for (const [key, value] of Object.entries(state)) {
      if (!(value instanceof Map)) continue
      delete state[key]
      for (const { path, variable } of live.kept) {
        const elements = value.get(variable.key)
        if (!elements) continue
        tensors.push([`${CALLBACKS}${i}/${key}/${path}`, new Tensor(elements, variable.shape)])
      }
    }
    states.push({ name: callback.name, state })
  }
  const rate = live.compiled?.optimizer.learningRate
  const learningRate = typeof rate === 'number' ? rate : undefined
  const run: Run = { place, learningRate, swapped: live.swapped, callbacks: states }
  const toJson = (_: string, x: unknown) => (typeof x === 'number' ? numberToJson(x) : x)
  await saveModel(live, path, { tensors, metadata: [['run', JSON.stringify(run, toJson)]] })
}

/** What callback `i` kept in tensors: maps by their names. */
const snapshotsOf = (file: Opened, live: Live, i: number): State => {
  const found: Record<string, Map<number, Elements>> = {}
  const keys = new Map(live.kept.map(({ path, variable }) => [path, variable.key]))
  for (const [name, { elements }] of file.tensors) {
    const [, key = '', path = ''] = /^([^/]*)\/(.*)$/.exec(after(name, `${CALLBACKS}${i}/`)) ?? []
    if (!keys.has(path)) continue
    found[key] ??= new Map()
    found[key].set(keys.get(path) as number, elements)
  }
  return found
}

const after = (name: string, start: string): string =>
  name.startsWith(start) ? name.slice(start.length) : ''

const resume = async (
  live: Live,
  callbacks: readonly Callback[],
  path: string,
): Promise<Place | undefined> => {
  if (
    !(await filesFor(SUBJECT)
      .fs.stat(path)
      .catch(() => undefined))
  )
    return undefined
  void live.inputs
  const file = await readInto(live, path)
  const run = jsonOf(file, 'run', (_, x) => numberFromJson(x) ?? x) as Run | undefined
  const kept = stateful(callbacks)
  const names = kept.map(({ name }) => name)
  if (!run || `${run.callbacks.map(({ name }) => name)}` !== `${names}`) {
    const message = `${path}: is no backup of a run with the callbacks [${names}]; delete it.`
    throw new GradloomError('file-format', message, { subject: path })
  }
  const optimizer = live.compiled?.optimizer
  if (optimizer && run.learningRate !== undefined) optimizer.learningRate = run.learningRate
  live.swapped = run.swapped
  for (const [i, callback] of kept.entries()) {
    callback.restore?.({ ...run.callbacks[i]?.state, ...snapshotsOf(file, live, i) })
  }
  return run.place
}

const SUBJECT = 'backupAndRestore'

/**
 * Backs a run up after every epoch, or every so many batches: weights, optimizer, random numbers,
 * position, history and the state of callbacks. The same `fit` in another process goes on there.
 */
export const backupAndRestore = (options: BackupAndRestoreOptions): BackupCallback => {
  const { path, saveFreq = 'epoch', deleteCheckpoint = true } = options
  if (typeof path !== 'string' || !path) throw badArgument(SUBJECT, 'path', path, 'a file name')
  flag(SUBJECT, 'deleteCheckpoint', deleteCheckpoint)
  const every = saveFreq === 'epoch' ? 0 : positiveWhole(SUBJECT, 'saveFreq', saveFreq)
  let batches = 0
  const keeper: Keeper = {
    async resume(live, callbacks) {
      batches = 0
      await createDirectoryOf(path)
      return resume(live, callbacks, path)
    },
    isDue(steps) {
      batches += steps
      if (every === 0 || batches < every) return false
      batches = 0
      return true
    },
    save: async (live, callbacks, place) => {
      if (every === 0 || place.batches > 0) await save(live, callbacks, place, path)
    },
    async end() {
      if (deleteCheckpoint) await filesFor(SUBJECT).fs.rm(path, { force: true })
    },
  }
  return { name: SUBJECT, keeper, ...(every > 0 ? { onBatchEnd() {} } : {}) }
}
