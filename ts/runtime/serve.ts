// The worker's side: waits for its role, makes its instance of the core, and serves calls or lends
// its thread. `worker.ts` starts it.

import { expose, transfer } from 'comlink'
import type { Parent } from '../platform/parent.ts'
import { Engine } from './engine.ts'
import { Peers } from './exchange.ts'
import { throwRecords, toRecord } from './faults.ts'
import { makeCore, makeMemory } from './instance.ts'
import type { Boot, Notice } from './protocol.ts'

const tell = (parent: Parent, notice: Notice): void => parent.post(notice)

type BootOf<R extends Boot['role']> = Extract<Boot, { role: R }>

/** Tells the parent whenever the memory has grown; it asks after every call. */
const reportMemory = (parent: Parent, memory: WebAssembly.Memory, port: MessagePort): void => {
  let told = 0
  const look = (): void => {
    const bytes = memory.buffer.byteLength
    if (bytes !== told) tell(parent, { kind: 'memory', bytes })
    told = bytes
  }
  look()
  port.addEventListener('message', look)
}

/**
 * Serves calls at `port`. A call that cannot be read would never be answered: the worker gives up.
 */
const serveCalls = (engine: Engine, parent: Parent, port: MessagePort): void => {
  port.addEventListener('messageerror', () => {
    const error = toRecord(new Error('a call could not be read'))
    tell(parent, { kind: 'fault', error })
  })
  throwRecords()
  expose(engine, port)
}

const lead = (boot: BootOf<'leader'>, parent: Parent): void => {
  const { module, memory, threads, cores, port } = boot
  const core = makeCore(module, memory)
  core.startPool(threads, cores)
  serveCalls(new Engine({ core, memory, threads, transfer }), parent, port)
  reportMemory(parent, memory, port)
  tell(parent, { kind: 'ready', abortFlag: core.abortFlag() })
}

/** Never returns while the pool lives. */
const help = ({ module, memory, index }: BootOf<'helper'>, parent: Parent): void => {
  const core = makeCore(module, memory)
  tell(parent, { kind: 'ready', abortFlag: 0 })
  core.helperMain(index)
}

const replicate = (boot: BootOf<'replica'>, parent: Parent): void => {
  const memory = makeMemory(boot.memoryLimit, false)
  const core = makeCore(boot.module, memory)
  const peers = new Peers(boot.peers, boot.index)
  const { nextTask } = parent
  const engine = new Engine({ core, memory, threads: 1, nextTask, peers, transfer })
  serveCalls(engine, parent, boot.port)
  reportMemory(parent, memory, boot.port)
  tell(parent, { kind: 'ready', abortFlag: 0 })
}

const start = (boot: Boot, parent: Parent): void => {
  if (boot.role === 'leader') lead(boot, parent)
  else if (boot.role === 'helper') help(boot, parent)
  else replicate(boot, parent)
}

/** Takes the first message as the role to play. Errors are told, not thrown. */
export const serve = (parent: Parent): void => {
  parent.onMessage((message) => {
    try {
      start(message as Boot, parent)
    } catch (thrown) {
      tell(parent, { kind: 'fault', error: toRecord(thrown) })
    }
  })
}
