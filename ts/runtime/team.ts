// The workers of one life of the pool: started together, stopped together. What is asked of them is
// `crew.ts`'s business.

import { GradloomError } from '../errors.ts'
import type { Platform } from '../platform/platform.ts'
import { WorkerClient } from './client.ts'
import { Engine } from './engine.ts'
import type { Choice } from './features.ts'
import { isShared, makeCore, makeMemory } from './instance.ts'
import type { Mode, Role, WorkerApi } from './protocol.ts'

export interface TeamParts {
  readonly platform: Platform
  readonly module: Promise<WebAssembly.Module>
  readonly choice: Choice
  /** Bytes, of each memory. */
  readonly memoryLimit: number
  readonly startTimeoutMs: number
  /** A worker of the team is lost, so the team is. */
  readonly onFault: (error: GradloomError) => void
}

export interface Team {
  /** Resolves to those that hold sessions: one, or all replicas. */
  readonly ready: Promise<readonly WorkerApi[]>
  /** Numbers must be copied and transferred to get there. */
  readonly remote: boolean
  /** Where sessions lie, if this thread can reach it. */
  readonly memory?: WebAssembly.Memory
  /** The run under way is to end after its current step. */
  abort(): void
  /** No run is under way. */
  calm(): void
  /** Whether the process must stay alive for the team. */
  hold(on: boolean): void
  memoryBytes(): number
  stop(error: GradloomError): Promise<void>
}

/** All or none. */
const spawnAll = (parts: TeamParts, roles: readonly Role[]): WorkerClient[] => {
  const { platform, onFault } = parts
  const clients: WorkerClient[] = []
  for (const role of roles) {
    try {
      clients.push(new WorkerClient({ handle: platform.spawn(role), role, onFault }))
    } catch (cause) {
      const message = `A worker (${role}) could not be started: ${(cause as Error).message}`
      const error = new GradloomError('worker-start', message, { subject: role, cause })
      for (const client of clients) void client.stop(error)
      throw error
    }
  }
  return clients
}

/** What the teams with workers have in common. */
const teamOf = (
  clients: readonly WorkerClient[],
  ready: Promise<readonly WorkerApi[]>,
  flag: Pick<Team, 'abort' | 'calm'>,
): Team => ({
  ready,
  remote: true,
  ...flag,
  hold: (on) => {
    for (const client of clients) client.hold(on)
  },
  memoryBytes: () => clients.reduce((sum, client) => sum + client.memoryBytes, 0),
  stop: async (error) => {
    await Promise.all(clients.map((client) => client.stop(error)))
  },
})

const startShared = (parts: TeamParts): Team => {
  const { threads } = parts.choice
  const memory = makeMemory(parts.memoryLimit, true)
  const roles = Array.from({ length: threads }, (_, i) => (i === 0 ? 'leader' : 'helper'))
  const clients = spawnAll(parts, roles)
  const [leader, ...helpers] = clients as [WorkerClient, ...WorkerClient[]]
  const timeout = parts.startTimeoutMs
  let abortFlag = 0

  const boot = async (): Promise<readonly WorkerApi[]> => {
    const module = await parts.module
    const { port1, port2 } = new MessageChannel()
    const cores = parts.platform.environment().cpus
    const role = { role: 'leader', module, memory, threads, cores, port: port2 } as const
    abortFlag = await leader.boot(role, port1, timeout)
    helpers.forEach((helper, i) => {
      const boot = { role: 'helper', module, memory, index: i + 1 } as const
      // A failure reaches `onFault`.
      helper.boot(boot, undefined, timeout).catch(() => {})
    })
    return [leader.api]
  }
  const store = (value: number): void => {
    Atomics.store(new Int32Array(memory.buffer), abortFlag / 4, value)
  }
  const team = teamOf(clients, boot(), { abort: () => store(1), calm: () => store(0) })
  return { ...team, memory }
}

/** A line between every two replicas: `lines[i][j]` is the end of `i` on its line to `j`. */
const meshOf = (count: number): (MessagePort | undefined)[][] => {
  const lines = Array.from({ length: count }, () => new Array<MessagePort | undefined>(count))
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < i; j++) {
      const { port1, port2 } = new MessageChannel()
      ;(lines[i] as MessagePort[])[j] = port1
      ;(lines[j] as MessagePort[])[i] = port2
    }
  }
  return lines
}

const startReplicas = (parts: TeamParts): Team => {
  const clients = spawnAll(parts, new Array<Role>(parts.choice.threads).fill('replica'))
  const { memoryLimit } = parts
  const boot = async (): Promise<readonly WorkerApi[]> => {
    const module = await parts.module
    const lines = meshOf(clients.length)
    const starts = clients.map((client, index) => {
      const { port1, port2 } = new MessageChannel()
      const peers = Array.from(lines[index] as (MessagePort | undefined)[])
      const role = { role: 'replica', module, memoryLimit, port: port2, index, peers } as const
      return client.boot(role, port1, parts.startTimeoutMs)
    })
    await Promise.all(starts)
    return clients.map((client) => client.api)
  }
  const abort = (): void => {
    // Who is lost will not run on either.
    for (const client of clients) client.api.abort().catch(() => {})
  }
  return teamOf(clients, boot(), { abort, calm: () => {} })
}

const startInline = (parts: TeamParts): Team => {
  const { variant } = parts.choice
  const memory = makeMemory(parts.memoryLimit, isShared(variant))
  let engine: Engine | undefined
  const boot = async (): Promise<readonly WorkerApi[]> => {
    const core = makeCore(await parts.module, memory)
    engine = new Engine({ core, memory, threads: 1, nextTask: parts.platform.nextTask })
    return [engine]
  }
  return {
    ready: boot(),
    remote: false,
    abort: () => void engine?.abort(),
    calm: () => {},
    hold: () => {},
    memoryBytes: () => memory.buffer.byteLength,
    stop: async () => void engine?.abort(),
  }
}

const starts: Record<Mode, (parts: TeamParts) => Team> = {
  shared: startShared,
  replica: startReplicas,
  inline: startInline,
}

/** Starts the workers of `choice.mode`; the module may still be on its way. */
export const startTeam = (parts: TeamParts): Team => starts[parts.choice.mode](parts)
