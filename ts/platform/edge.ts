// Edge runtimes (workerd, Vercel's): one thread, and no compiling of bytes at run time, so the core
// is imported. `?module` is the form that all their bundlers know.

import simd from 'virtual:compiled/simd'
import type { Environment, WorkerHandle } from './platform.ts'

export const environment = (): Environment => ({
  runtime: 'edge',
  workers: false,
  sharedMemory: false,
  cpus: 1,
  fastCore: false,
})

/** There are no workers, so no other variant is ever chosen. */
export const loadModule = async (): Promise<WebAssembly.Module> => simd

/** Never called: there are no workers. */
export const spawn = (role: string): WorkerHandle => {
  throw new Error(`an edge runtime starts no worker (${role})`)
}

/** Lets events have a turn. */
export const nextTask = (): Promise<void> => new Promise((resolve) => void setTimeout(resolve, 0))
