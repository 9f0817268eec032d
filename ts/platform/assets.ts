// The browser build for strict content security policies and for caching: worker and core are files
// beside the bundle. The worker's file needs the page's COEP header of its own.

import type { Role, Variant } from '../runtime/protocol.ts'
import type { WorkerHandle } from './platform.ts'
import { handleOf, notLoaded } from './web.ts'

export { environment, nextTask } from './web.ts'

/** Written out, because bundlers look for exactly this form. */
const files: Record<Variant, () => URL> = {
  simd: () => new URL('../wasm/simd.wasm', import.meta.url),
  threads: () => new URL('../wasm/threads.wasm', import.meta.url),
  fast: () => new URL('../wasm/fast.wasm', import.meta.url),
}
const modules = new Map<Variant, Promise<WebAssembly.Module>>()

/**
 * Vite's dev server up to 7 serves this file from `.vite/deps`, and not what it points to. No
 * `new URL` and no `new Worker` here: other bundlers would look for the files.
 */
const moved = /\.vite\/deps\/.*/
const isMoved = moved.test(import.meta.url)
const inPackage = (path: string): string => import.meta.url.replace(moved, `gradloom/dist/${path}`)
const MovedWorker = globalThis.Worker

const fetchModule = async (variant: Variant): Promise<WebAssembly.Module> => {
  const url = isMoved ? inPackage(`wasm/${variant}.wasm`) : files[variant]().href
  try {
    const response = await fetch(url)
    if (!response.ok) throw new Error(`HTTP ${response.status}`)
    const typed = response.headers.get('content-type')?.startsWith('application/wasm')
    return await (typed
      ? WebAssembly.compileStreaming(response)
      : WebAssembly.compile(await response.arrayBuffer()))
  } catch (cause) {
    throw notLoaded(url, cause)
  }
}

/** Fetches and compiles the core, once for each variant. */
export const loadModule = (variant: Variant): Promise<WebAssembly.Module> => {
  const known = modules.get(variant)
  if (known) return known
  const fresh = fetchModule(variant)
  modules.set(variant, fresh)
  fresh.catch(() => modules.delete(variant))
  return fresh
}

/** Starts a worker from its file. The second form is the one that bundlers look for. */
export const spawn = (role: Role): WorkerHandle => {
  const options = { type: 'module', name: `gradloom-${role}` } as const
  return handleOf(
    isMoved
      ? new MovedWorker(inPackage('assets/worker.js'), options)
      : new Worker(new URL('./worker.js', import.meta.url), {
          type: 'module',
          name: `gradloom-${role}`,
        }),
  )
}
