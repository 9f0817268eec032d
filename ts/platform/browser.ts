// The default browser build: worker and core are inlined into the bundle, because that form alone
// works with every bundler and CDN. A blob worker also inherits the page's COEP header.

import simd from 'virtual:wasm/simd'
import threads from 'virtual:wasm/threads'
import source from 'virtual:worker-source'
import { GradloomError } from '../errors.ts'
import type { Role, Variant } from '../runtime/protocol.ts'
import type { Environment, WorkerHandle } from './platform.ts'
import * as web from './web.ts'

export { nextTask } from './web.ts'

export const environment = (): Environment => ({ ...web.environment(), fastCore: false })

/** base64 of gzip of wasm; `fast` would be a third of the download for the few who ask for it. */
const packed: Partial<Record<Variant, string>> = { simd, threads }
const modules = new Map<Variant, Promise<WebAssembly.Module>>()

const unpack = async (variant: Variant): Promise<WebAssembly.Module> => {
  const text = packed[variant]
  if (!text) throw new GradloomError('unsupported', `the inlined build has no '${variant}' core`)
  const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0))
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))
  const wasm = await new Response(stream).arrayBuffer()
  return WebAssembly.compile(wasm).catch((cause) => {
    throw web.notLoaded('gradloom', cause)
  })
}

/** Unpacks and compiles the core, once for each variant. */
export const loadModule = (variant: Variant): Promise<WebAssembly.Module> => {
  const known = modules.get(variant)
  if (known) return known
  const fresh = unpack(variant)
  modules.set(variant, fresh)
  fresh.catch(() => modules.delete(variant))
  return fresh
}

let blob: string | undefined

/**
 * Starts a worker from the inlined source. Deno, which may take this build from a CDN, has module
 * workers only.
 */
export const spawn = (role: Role): WorkerHandle => {
  blob ??= URL.createObjectURL(new Blob([source], { type: 'text/javascript' }))
  const type = 'Deno' in globalThis ? 'module' : 'classic'
  return web.handleOf(new Worker(blob, { name: `gradloom-${role}`, type }))
}
