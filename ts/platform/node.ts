// Node: `worker_threads`, and modules read from files next to the bundle.

import { readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { SHARE_ENV, type TransferListItem, Worker } from 'node:worker_threads'
import { GradloomError } from '../errors.ts'
import type { Role, Variant } from '../runtime/protocol.ts'
import type { Environment, WorkerHandle } from './platform.ts'

/** From sources the built files are used: Node 20 cannot start a worker from TypeScript. */
const here = import.meta.url.endsWith('.ts')
  ? new URL('../../dist/node/index.js', import.meta.url)
  : new URL(import.meta.url)

export const environment = (): Environment => ({
  fastCore: true,
  runtime: 'node',
  workers: true,
  sharedMemory: true,
  cpus: availableParallelism(),
})

const modules = new Map<Variant, Promise<WebAssembly.Module>>()

const compileFile = async (variant: Variant): Promise<WebAssembly.Module> => {
  const file = new URL(`../wasm/${variant}.wasm`, here)
  try {
    return await WebAssembly.compile(await readFile(file))
  } catch (cause) {
    throw new GradloomError(
      'file',
      `${file.pathname}: the core could not be loaded (${(cause as Error).message}); ` +
        'reinstall the package, or run `npm run build` in a checkout.',
      { subject: file.pathname, cause },
    )
  }
}

/** Reads and compiles the core, once for each variant. */
export const loadModule = (variant: Variant): Promise<WebAssembly.Module> => {
  const known = modules.get(variant)
  if (known) return known
  const fresh = compileFile(variant)
  modules.set(variant, fresh)
  fresh.catch(() => modules.delete(variant))
  return fresh
}

/** Wraps a worker thread. */
export const handleOf = (worker: Worker): WorkerHandle => {
  let told = false
  const dying = (listener: (reason: string, cause?: unknown) => void) => {
    const once = (reason: string, cause?: unknown): void => {
      if (!told) listener(reason, cause)
      told = true
    }
    worker.on('error', (error) => once(`it threw ${error}`, error))
    worker.on('messageerror', (error) => once(`a message could not be read: ${error}`, error))
    worker.on('exit', (code) => once(`it exited with code ${code}`))
  }
  return {
    post: (message, transfer = []) =>
      worker.postMessage(message, transfer as readonly TransferListItem[]),
    onMessage: (listener) => void worker.on('message', listener),
    onDeath: dying,
    terminate: async () => {
      told = true
      await worker.terminate()
    },
    ref: () => worker.ref(),
    unref: () => worker.unref(),
  }
}

/** Starts a worker thread. It takes none of the process's loaders or flags. */
export const spawn = (role: Role): WorkerHandle => {
  const worker = new Worker(new URL('./worker.js', here), {
    name: `gradloom-${role}`,
    env: SHARE_ENV,
    execArgv: [],
    trackUnmanagedFds: false,
  })
  worker.unref()
  return handleOf(worker)
}

/** Lets messages and timers have a turn. */
export const nextTask = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))
