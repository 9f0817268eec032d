// A session on one life of the pool: variables and programs under their names there. Calls must
// come one after the other; `pool-session.ts` sees to that, and to new lives.

import { GradloomError } from '../errors.ts'
import type { Program } from '../graph.ts'
import type { Elements } from '../shape.ts'
import type { Variable } from '../variable.ts'
import type { Crew } from './crew.ts'
import type { LoadResult, RunRequest, RunResult, Stage } from './protocol.ts'
import type { Session, SessionResult, SessionRun, SessionStage } from './session.ts'

export class CrewSession implements Session {
  readonly crew: Crew
  readonly id: number
  readonly #defined = new Set<number>()
  readonly #loaded = new Map<Program, LoadResult>()
  /** Programs that are loaded and whose variables are all defined. */
  readonly #inPlace = new Map<Program, number>()

  /** `ended` stops its runs. */
  constructor(crew: Crew, id: number, ended: AbortSignal) {
    this.crew = crew
    this.id = id
    ended.addEventListener('abort', () => crew.endRuns(id), { once: true })
  }

  async write(variable: Variable, data: Elements): Promise<void> {
    await this.#define([variable])
    await this.crew.write(this.id, variable.key, data)
  }

  async read(variables: readonly Variable[]): Promise<Elements[]> {
    await this.#define(variables)
    return this.crew.read(
      this.id,
      variables.map((variable) => variable.key),
    )
  }

  async run(request: SessionRun): Promise<SessionResult> {
    const { steps, guard = false, pure = false, exchange = [], signal } = request
    const stages: Stage[] = []
    for (const { program, feeds } of request.stages) {
      checkFeeds(program, feeds)
      const id = this.#inPlace.get(program) ?? (await this.#load(program)).program
      const list = Object.entries(feeds).map(([input, feed]) => ({ input, ...feed }))
      stages.push({ program: id, feeds: list })
    }
    const keys = exchange.map((variables) => variables.map((variable) => variable.key))
    const asked: RunRequest = { steps, stages, shards: keys.length, exchange: keys, guard, pure }
    return typed(request, await this.crew.run(this.id, asked, signal))
  }

  async plan(program: Program): Promise<{ table: string; arenaBytes: number }> {
    const loaded = await this.#load(program)
    const table = await this.crew.plan(this.id, loaded.program)
    return { table, arenaBytes: loaded.arenaBytes }
  }

  async drop(variables: readonly Variable[]): Promise<void> {
    this.#inPlace.clear()
    const keys = variables
      .map((variable) => variable.key)
      .filter((key) => this.#defined.delete(key))
    if (keys.length > 0) await this.crew.drop(this.id, keys)
  }

  async unload(program: Program): Promise<void> {
    const loaded = this.#loaded.get(program)
    this.#loaded.delete(program)
    this.#inPlace.delete(program)
    if (loaded) await this.crew.unload(this.id, loaded.program)
  }

  dispose(): Promise<void> {
    return this.crew.disposeSession(this.id)
  }

  async #define(variables: readonly Variable[]): Promise<void> {
    const fresh = variables.filter((variable) => !this.#defined.has(variable.key))
    if (fresh.length === 0) return
    await this.crew.define(
      this.id,
      fresh.map(({ key, dtype, shape }) => ({ key, dtype, shape })),
    )
    for (const { key } of fresh) this.#defined.add(key)
  }

  async #load(program: Program): Promise<LoadResult> {
    const known = this.#loaded.get(program)
    // A variable may have been dropped since.
    await this.#define(program.variables)
    const loaded = known ?? (await this.crew.load(this.id, program.wire))
    this.#loaded.set(program, loaded)
    this.#inPlace.set(program, loaded.program)
    return loaded
  }
}

/** The core counts numbers; only here is it known which type they have to be. */
const checkFeeds = (program: Program, feeds: SessionStage['feeds']): void => {
  for (const { name, dtype } of program.inputs) {
    const data = feeds[name]?.data
    const given = data instanceof Int32Array ? 'int32' : 'float32'
    if (data === undefined || given === dtype) continue
    const message = `input '${name}' takes ${dtype} numbers, not ${given}`
    throw new GradloomError('dtype', message, { subject: name })
  }
}

const NONE = new Float32Array(0)

/** i32 records come in the bits of f32. */
const typed = (request: SessionRun, result: RunResult): SessionResult => {
  const outputs = request.stages.map(({ program }, i) => {
    const record: Record<string, Elements> = {}
    for (const { name, dtype } of program.outputs) {
      const bits = result.outputs[i]?.[name] ?? NONE
      const isInt = dtype === 'int32'
      record[name] = isInt ? new Int32Array(bits.buffer, bits.byteOffset, bits.length) : bits
    }
    return record
  })
  return { ...result, outputs }
}
