// Sessions over one instance of the core: what a worker serves, and what inline mode calls
// directly. It posts no messages of its own and starts no threads.

import { GradloomError } from '../errors.ts'
import type { Dtype, Elements } from '../shape.ts'
import type { Core, CoreSession } from './core.ts'
import type { Peers } from './exchange.ts'
import { asFault } from './faults.ts'
import type {
  FeedForm,
  LoadResult,
  RunRequest,
  RunResult,
  StateSpec,
  WorkerApi,
} from './protocol.ts'
import { buffersOf, type Ports, put, Run, roomFor, taken } from './records.ts'
import { ShardedRun, Shards, together } from './replica-run.ts'
import { type Breath, inOneGo, inSlices, type Walked } from './steps.ts'

export interface EngineParts {
  readonly core: Core
  readonly memory: WebAssembly.Memory
  readonly threads: number
  /** Absent where a flag in shared memory stops a run. */
  readonly nextTask?: () => Promise<void>
  readonly peers?: Peers
  /** Gives the buffers of an answer away, where it leaves this thread. */
  readonly transfer?: <T>(answer: T, buffers: ArrayBuffer[]) => T
}

interface Live {
  readonly core: CoreSession
  readonly dtypes: Map<number, Dtype>
  readonly programs: Map<number, Ports>
}

const portsOf = (live: Live, program: number): Ports => {
  const known = live.programs.get(program)
  if (known) return known
  throw new GradloomError('argument', `there is no program ${program} in this session`)
}

export class Engine implements WorkerApi {
  readonly #parts: EngineParts
  readonly #sessions = new Map<number, Live>()
  #lastSession = 0
  #aborted = false
  #breath: Breath | undefined

  constructor(parts: EngineParts) {
    this.#parts = parts
  }

  async createSession(): Promise<number> {
    const core = this.#checked(() => new this.#parts.core.Session())
    this.#lastSession += 1
    this.#sessions.set(this.#lastSession, { core, dtypes: new Map(), programs: new Map() })
    return this.#lastSession
  }

  async disposeSession(session: number): Promise<void> {
    const live = this.#sessions.get(session)
    this.#sessions.delete(session)
    this.#checked(() => live?.core.free())
  }

  async define(session: number, states: readonly StateSpec[]): Promise<void> {
    const { core, dtypes } = this.#live(session)
    for (const { key, dtype, shape } of states) {
      this.#checked(() => core.define(key, dtype === 'int32' ? 1 : 0, Uint32Array.from(shape)))
      dtypes.set(key, dtype)
    }
  }

  async drop(session: number, keys: readonly number[]): Promise<void> {
    const { core, dtypes } = this.#live(session)
    for (const key of keys) {
      this.#checked(() => core.drop(key))
      dtypes.delete(key)
    }
  }

  async write(session: number, key: number, data: Elements): Promise<void> {
    put(this.#parts.memory, await this.place(session, key, data.length), data)
  }

  async place(session: number, key: number, size: number): Promise<number> {
    const { core } = this.#live(session)
    return this.#checked(() => {
      if (size === core.size(key)) return core.pointer(key)
      const message = `variable ${key} holds ${core.size(key)} numbers, not ${size}`
      throw new GradloomError('shape', message)
    })
  }

  async room(
    session: number,
    program: number,
    feeds: readonly FeedForm[],
    steps: number,
  ): Promise<number[]> {
    const live = this.#live(session)
    return this.#checked(() => roomFor(live.core, portsOf(live, program), program, feeds, steps))
  }

  async read(session: number, keys: readonly number[]): Promise<Elements[]> {
    const { core, dtypes } = this.#live(session)
    const copies = this.#checked(() =>
      keys.map((key) => {
        const [pointer, size] = [core.pointer(key), core.size(key)]
        return taken(this.#parts.memory, dtypes.get(key) ?? 'float32', pointer, size)
      }),
    )
    const { transfer } = this.#parts
    const buffers = copies.map((x) => x.buffer as ArrayBuffer)
    return transfer ? transfer(copies, buffers) : copies
  }

  async load(session: number, wire: Uint8Array): Promise<LoadResult> {
    const { core, programs } = this.#live(session)
    return this.#checked(() => {
      const program = core.load(wire, this.#parts.threads)
      programs.set(program, { inputs: core.inputs(program), outputs: core.outputs(program) })
      return { program, arenaBytes: core.arenaBytes(program) }
    })
  }

  async unload(session: number, program: number): Promise<void> {
    const { core, programs } = this.#live(session)
    programs.delete(program)
    this.#checked(() => core.unload(program))
  }

  async plan(session: number, program: number): Promise<string> {
    return this.#checked(() => this.#live(session).core.plan(program))
  }

  async run(session: number, request: RunRequest): Promise<RunResult> {
    const { peers, transfer } = this.#parts
    this.#aborted = false
    peers?.begin()
    try {
      const result = await this.#walk(this.#live(session), request)
      return transfer ? transfer(result, buffersOf(result)) : result
    } catch (thrown) {
      peers?.sayAll({ verdict: 'failed', steps: 0 })
      throw asFault(thrown, this.#parts.core.refusedBytes())
    }
  }

  async memory(): Promise<number> {
    return this.#checked(() => this.#parts.core.memoryBytes())
  }

  async abort(): Promise<void> {
    this.#aborted = true
  }

  /** Feeds, walks and fetches, in the way that fits the request and the mode. */
  async #walk(live: Live, request: RunRequest): Promise<RunResult> {
    const { memory, peers } = this.#parts
    const shards = new Shards(request, peers?.count ?? 1)
    const here = (stage: number): boolean => shards.isAt(peers?.index ?? 0, stage)
    const ports = request.stages.map(({ program }) => portsOf(live, program))
    const run = new Run(live.core, memory, ports, request, here)
    const { steps, stopped } = await this.#steps(run, request, shards)
    return run.result(steps, stopped, here)
  }

  #steps(run: Run, request: RunRequest, shards: Shards): Walked | Promise<Walked> {
    const { memory, nextTask, peers } = this.#parts
    if (!nextTask) return inOneGo(run)
    const aborted = (): boolean => this.#aborted
    this.#breath ??= { nextTask, aborted, taken: performance.now() }
    const breath = this.#breath
    if (!peers || peers.count === 1 || request.pure) return inSlices(run, breath)
    if (shards.count === 0) return together(run, breath, peers)
    return new ShardedRun(run, shards, peers, memory, aborted).walk()
  }

  #live(session: number): Live {
    const live = this.#sessions.get(session)
    if (live) return live
    throw new GradloomError('disposed', `session ${session} does not exist any more`)
  }

  #checked<T>(call: () => T): T {
    try {
      return call()
    } catch (thrown) {
      throw asFault(thrown, this.#parts.core.refusedBytes())
    }
  }
}
