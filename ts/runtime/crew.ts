// One life of the pool, as its sessions see it: calls wait for their turn, are spread over the
// workers that hold sessions, and end with the first fault. A new life is `pool.ts`'s business.

import { transfer } from 'comlink'
import { GradloomError } from '../errors.ts'
import type { Elements } from '../shape.ts'
import { asFault, isFatal, isPeerFailure } from './faults.ts'
import type {
  LoadResult,
  PoolApi,
  RunRequest,
  RunResult,
  StateSpec,
  WorkerApi,
} from './protocol.ts'
import { putShared } from './records.ts'
import { Rooms } from './rooms.ts'
import { merge, shareOf } from './spread.ts'
import type { Team } from './team.ts'

type Workers = readonly WorkerApi[]

export class Crew implements PoolApi {
  readonly #team: Team
  #failed: GradloomError | undefined
  #line: Promise<unknown> = Promise.resolve()
  #waiting = 0
  /** The session whose run is under way. */
  #running: number | undefined
  /** Sessions that shall run no more. */
  readonly #ended = new Set<number>()
  readonly #rooms = new Rooms()

  /** `start` makes the team; it is to tell the crew of faults. */
  constructor(start: (onFault: (error: GradloomError) => void) => Team) {
    this.#team = start((error) => void this.stop(error))
    this.#team.ready.catch((thrown) => void this.stop(asStartFault(thrown)))
  }

  /** Why it ended; nothing can be asked of it any more. */
  get failed(): GradloomError | undefined {
    return this.#failed
  }

  get memoryBytes(): number {
    return this.#team.memoryBytes()
  }

  /** Resolves when calls can be answered. */
  ready(): Promise<void> {
    this.#wait(+1)
    return this.#do(async () => {})
  }

  /** Ends it: calls under way and later ones reject with `error`. */
  async stop(error: GradloomError): Promise<void> {
    this.#failed ??= error
    await this.#team.stop(this.#failed)
  }

  createSession(): Promise<number> {
    return this.#inTurn((workers) => first(workers.map((worker) => worker.createSession())))
  }

  disposeSession(session: number): Promise<void> {
    return this.#inTurn((workers) => {
      this.#ended.delete(session)
      this.#rooms.clear()
      return first(workers.map((w) => w.disposeSession(session)))
    })
  }

  define(session: number, states: readonly StateSpec[]): Promise<void> {
    return this.#inTurn((workers) => first(workers.map((w) => w.define(session, states))))
  }

  drop(session: number, keys: readonly number[]): Promise<void> {
    return this.#inTurn((workers) => first(workers.map((w) => w.drop(session, keys))))
  }

  write(session: number, key: number, data: Elements): Promise<void> {
    return this.#inTurn(async (workers) => {
      const { memory } = this.#team
      const [worker] = workers as [WorkerApi]
      if (memory) return putShared(memory, await worker.place(session, key, data.length), data)
      await Promise.all(workers.map((w) => w.write(session, key, this.#parcel(data))))
    })
  }

  read(session: number, keys: readonly number[]): Promise<Elements[]> {
    return this.#inTurn(([worker]) => (worker as WorkerApi).read(session, keys))
  }

  load(session: number, wire: Uint8Array): Promise<LoadResult> {
    return this.#inTurn((workers) => first(workers.map((w) => w.load(session, wire))))
  }

  unload(session: number, program: number): Promise<void> {
    return this.#inTurn((workers) => {
      this.#rooms.clear()
      return first(workers.map((w) => w.unload(session, program)))
    })
  }

  /** Ends the run of this session that is under way, and those that wait. */
  endRuns(session: number): void {
    this.#ended.add(session)
    if (this.#running === session) this.#team.abort()
  }

  plan(session: number, program: number): Promise<string> {
    return this.#inTurn(([worker]) => (worker as WorkerApi).plan(session, program))
  }

  memory(): Promise<number> {
    return this.#inTurn(async (workers) => {
      const bytes = await Promise.all(workers.map((w) => w.memory()))
      return bytes.reduce((sum, n) => sum + n, 0)
    })
  }

  /** `signal`, or the end of the session, ends the run after its current step or before any. */
  run(session: number, request: RunRequest, signal?: AbortSignal): Promise<RunResult> {
    return this.#inTurn(async (workers) => {
      if (signal?.aborted || this.#ended.has(session)) {
        return { steps: 0, stopped: 'aborted', outputs: request.stages.map(() => ({})) }
      }
      const abort = (): void => this.#team.abort()
      signal?.addEventListener('abort', abort, { once: true })
      this.#running = session
      try {
        const { memory } = this.#team
        const [worker] = workers as [WorkerApi]
        if (memory) {
          const placed = await this.#rooms.placed(memory, worker, session, request)
          return await worker.run(session, placed)
        }
        const answers = this.#ask(workers, session, request)
        if (answers.length === 1) return await (answers[0] as Promise<RunResult>)
        return merge(request, await this.#all(answers))
      } finally {
        signal?.removeEventListener('abort', abort)
        this.#running = undefined
        this.#team.calm()
      }
    })
  }

  #ask(workers: Workers, session: number, request: RunRequest): Promise<RunResult>[] {
    return workers.map((worker, i) =>
      worker.run(session, this.#parcels(shareOf(request, i, workers.length))),
    )
  }

  /** After a failure in the middle of an exchange, replicas differ: none of them can go on. */
  async #all(answers: readonly Promise<RunResult>[]): Promise<RunResult[]> {
    const settled = await Promise.allSettled(answers)
    const errors = settled.flatMap((answer) =>
      answer.status === 'rejected' ? [answer.reason as unknown] : [],
    )
    if (errors.length === 0) return Promise.all(answers)
    const cause = errors.find((error) => !isPeerFailure(error)) ?? errors[0]
    if (errors.some(isFatal) && cause instanceof GradloomError) void this.stop(cause)
    throw cause
  }

  /** A copy that can be given away, where the numbers must leave this thread. */
  #parcel(data: Elements): Elements {
    if (!this.#team.remote) return data
    const copy = data.slice()
    return transfer(copy, [copy.buffer as ArrayBuffer])
  }

  #parcels(request: RunRequest): RunRequest {
    if (!this.#team.remote) return request
    const buffers: ArrayBuffer[] = []
    const stages = request.stages.map((stage) => ({
      ...stage,
      feeds: stage.feeds.map((feed) => {
        const data = feed.data.slice()
        buffers.push(data.buffer as ArrayBuffer)
        return { ...feed, data }
      }),
    }))
    return transfer({ ...request, stages }, buffers)
  }

  /** Runs `job` after all that came before it. Its failure does not hold up the next. */
  #inTurn<T>(job: (workers: Workers) => Promise<T>): Promise<T> {
    this.#wait(+1)
    const turn = this.#line.then(() => this.#do(job))
    this.#line = turn.catch(() => {})
    return turn
  }

  /** What was waited for (`#wait`). */
  async #do<T>(job: (workers: Workers) => Promise<T>): Promise<T> {
    try {
      const workers = await this.#team.ready
      if (this.#failed) throw this.#failed
      const result = await job(workers)
      if (this.#failed) throw this.#failed
      return result
    } catch (error) {
      if (!this.#failed && isFatal(error)) void this.stop(error as GradloomError)
      throw this.#failed ?? error
    } finally {
      this.#wait(-1)
    }
  }

  #wait(change: 1 | -1): void {
    this.#waiting += change
    if (this.#waiting === 0 || (this.#waiting === 1 && change === 1)) {
      this.#team.hold(this.#waiting > 0)
    }
  }
}

/** What went wrong while the workers were started. */
const asStartFault = (thrown: unknown): GradloomError => {
  const fault = asFault(thrown)
  if (fault instanceof GradloomError) return fault
  return new GradloomError('worker-start', `The workers could not be started: ${fault}`, {
    cause: thrown,
  })
}

/** All replicas answer the same. */
const first = async <T>(answers: readonly Promise<T>[]): Promise<T> => {
  const all = await Promise.all(answers)
  return all[0] as T
}
