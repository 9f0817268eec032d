// The caller's side of one worker: what comlink lacks. A handshake with a time limit; a worker's
// death, an uncaught error or a stop rejects every pending call; the proxy is held for as long as
// the worker.

import { type Remote, wrap } from 'comlink'
import { type ErrorCode, GradloomError } from '../errors.ts'
import type { WorkerHandle } from '../platform/platform.ts'
import { fromRecord, throwRecords } from './faults.ts'
import type { Boot, Notice, Role, WorkerApi } from './protocol.ts'

type Calls = { [K in keyof WorkerApi]: (...args: Parameters<WorkerApi[K]>) => unknown }
type Reject = (error: unknown) => void

/** In Node a port keeps the process alive unless told otherwise. */
type NodePort = MessagePort & { ref?(): void; unref?(): void }

export interface ClientParts {
  readonly handle: WorkerHandle
  readonly role: Role
  /** Called once, when the worker can no longer be used and nobody stopped it. */
  readonly onFault: (error: GradloomError) => void
}

export class WorkerClient {
  /** Bytes of the worker's memory, as it last said. */
  memoryBytes = 0
  readonly #parts: ClientParts
  readonly #pending = new Set<Reject>()
  #port: NodePort | undefined
  #remote: Remote<WorkerApi> | undefined
  #ready: ((abortFlag: number) => void) | undefined
  #started = false
  #failed: GradloomError | undefined

  constructor(parts: ClientParts) {
    this.#parts = parts
    parts.handle.onMessage((message) => this.#hear(message as Notice))
    parts.handle.onDeath((reason, cause) => this.#lose(reason, cause))
  }

  /** Calls to the worker, as one flat object. Helpers answer none. */
  readonly api = new Proxy({} as WorkerApi, {
    get:
      (_, name) =>
      (...args: never) =>
        this.#call(name as keyof WorkerApi, args),
  })

  /** Gives the worker its role; resolves to the offset of the abort flag when it is ready. */
  async boot(boot: Boot, line: MessagePort | undefined, timeoutMs: number): Promise<number> {
    const late = (): void =>
      this.fail(this.#error('worker-start', `did not answer within ${timeoutMs / 1000} s`))
    const timer = setTimeout(late, timeoutMs)
    try {
      return await this.#settled<number>((resolve) => {
        this.#ready = resolve
        if (line) this.#connect(line)
        this.#parts.handle.post(boot, transferablesOf(boot))
      })
    } catch (cause) {
      this.fail(asStartError(cause, this.#error('worker-start', String(cause), cause)))
      throw this.#failed
    } finally {
      clearTimeout(timer)
    }
  }

  /** Whether the process must stay alive for this worker (Node). */
  hold(on: boolean): void {
    if (this.#failed) return
    if (on) this.#parts.handle.ref()
    else this.#parts.handle.unref()
  }

  /** Ends the worker. Pending and later calls reject with `error`. */
  async stop(error: GradloomError): Promise<void> {
    this.#failed ??= error
    for (const reject of this.#pending) reject(this.#failed)
    this.#pending.clear()
    this.#port?.close()
    // comlink keeps the port while there is the proxy, and the port's listeners keep this client:
    // as long as it had the proxy, nothing of this life of the pool, its memory included, was ever
    // freed.
    this.#remote = undefined
    await this.#parts.handle.terminate()
  }

  /** As `stop`, and tells the owner. */
  fail(error: GradloomError): void {
    if (this.#failed) return
    void this.stop(error)
    this.#parts.onFault(error)
  }

  #connect(line: NodePort): void {
    this.#port = line
    line.addEventListener('messageerror', () => this.#lose('an answer could not be read'))
    throwRecords()
    this.#remote = wrap<WorkerApi>(line)
    line.start()
    line.unref?.()
  }

  #call<K extends keyof WorkerApi>(
    name: K,
    args: Parameters<WorkerApi[K]>,
  ): Promise<Awaited<ReturnType<WorkerApi[K]>>> {
    return this.#settled((resolve, reject) => {
      if (!this.#remote) throw this.#error('worker-start', 'has no line for calls')
      const calls = this.#remote as unknown as Calls
      const answer = calls[name](...args) as Promise<Awaited<ReturnType<WorkerApi[K]>>>
      answer.then(resolve, reject)
    })
  }

  /** A promise that also rejects when the worker fails. */
  #settled<T>(begin: (resolve: (value: T) => void, reject: Reject) => void): Promise<T> {
    if (this.#failed) return Promise.reject(this.#failed)
    return new Promise<T>((resolve, reject) => {
      this.#pending.add(reject)
      const settle =
        <V>(next: (value: V) => void) =>
        (value: V): void => {
          this.#pending.delete(reject)
          next(value)
        }
      try {
        begin(settle(resolve), settle(reject))
      } catch (error) {
        settle(reject)(error)
      }
    })
  }

  #hear(notice: Notice): void {
    if (notice.kind === 'memory') this.memoryBytes = notice.bytes
    else if (notice.kind === 'fault') this.#fault(fromRecord(notice.error))
    else {
      this.#started = true
      this.#ready?.(notice.abortFlag)
    }
  }

  #fault(cause: Error): void {
    const known = cause instanceof GradloomError
    this.fail(known ? cause : this.#error(this.#stage(), `threw ${cause.message}`, cause))
  }

  #lose(reason: string, cause?: unknown): void {
    this.fail(this.#error(this.#stage(), `is lost: ${reason}`, cause))
  }

  /** Trouble before the handshake is a failed start. */
  #stage(): ErrorCode {
    return this.#started ? 'worker-died' : 'worker-start'
  }

  #error(code: ErrorCode, what: string, cause?: unknown): GradloomError {
    const { role } = this.#parts
    const after = code === 'worker-died' ? ' Its work is lost; the next call starts afresh.' : ''
    return new GradloomError(code, `A worker (${role}) ${what}.${after}`, { subject: role, cause })
  }
}

/** Trouble of its own kind (memory, a trap) keeps its code; the rest is a failed start. */
const asStartError = (cause: unknown, otherwise: GradloomError): GradloomError =>
  cause instanceof GradloomError ? cause : otherwise

const transferablesOf = (boot: Boot): Transferable[] => {
  if (boot.role === 'helper') return []
  const peers = boot.role === 'replica' ? boot.peers.filter((port) => port !== undefined) : []
  return [boot.port, ...peers]
}
