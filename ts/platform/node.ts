// Node, and Deno and Bun as far as they are like it: `worker_threads`, and modules read from files
// next to the bundle. Far from its files, in a server's bundle, it takes what it carries.

import { readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { SHARE_ENV, type TransferListItem, Worker } from 'node:worker_threads'
import { gunzipSync } from 'node:zlib'
import { GradloomError } from '../errors.ts'
import type { Role, Variant } from '../runtime/protocol.ts'
import { packedCore, workerSource } from './carried.ts'
import type { Environment, WorkerHandle } from './platform.ts'

/** Bundlers of CommonJS leave no `import.meta.url`. From sources the built files are used. */
const here = (): URL => {
  const url = import.meta.url
  return new URL(url.endsWith('.ts') ? '../../dist/node/index.js' : url, url)
}

const runtime = (): Environment['runtime'] => {
  const { deno, bun } = process.versions
  return deno ? 'deno' : bun ? 'bun' : 'node'
}

export const environment = (): Environment => ({
  fastCore: true,
  runtime: runtime(),
  workers: true,
  sharedMemory: true,
  cpus: availableParallelism(),
})

const modules = new Map<Variant, Promise<WebAssembly.Module>>()

const bytesOf = async (variant: Variant): Promise<Uint8Array<ArrayBuffer>> => {
  try {
    return await readFile(new URL(`../wasm/${variant}.wasm`, here()))
  } catch {
    return gunzipSync(Buffer.from(await packedCore(variant), 'base64'))
  }
}

const compileFile = async (variant: Variant): Promise<WebAssembly.Module> => {
  try {
    return await WebAssembly.compile(await bytesOf(variant))
  } catch (cause) {
    throw new GradloomError(
      'file',
      `${variant}.wasm: the core could not be loaded (${(cause as Error).message}); ` +
        'reinstall the package, or run `npm run build` in a checkout.',
      { subject: variant, cause },
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

/** A step leaves little behind; by default V8 would let this grow to 48 MB before it cleans up. */
const YOUNG_MB = 6

/** Starts a worker thread. It takes none of the process's loaders or flags. */
export const spawn = (role: Role): WorkerHandle => {
  const worker = new Worker(workerSource(), {
    eval: true,
    name: `gradloom-${role}`,
    env: SHARE_ENV,
    execArgv: [],
    trackUnmanagedFds: false,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
  })
  worker.unref()
  return handleOf(worker)
}

/** Lets messages and timers have a turn. */
export const nextTask = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))
