// The default browser build: worker and core are inlined into the bundle, because that form alone works
// with every bundler and CDN. A blob worker also inherits the page's COEP header.

import fast from 'virtual:wasm/fast'
import simd from 'virtual:wasm/simd'
import threads from 'virtual:wasm/threads'
import source from 'virtual:worker-source'
import type { Role, Variant } from '../runtime/protocol.ts'
import type { WorkerHandle } from './platform.ts'
import { handleOf } from './web.ts'

export { environment, nextTask } from './web.ts'

/** base64 of gzip of wasm */
const packed: Record<Variant, string> = { simd, threads, fast }
const modules = new Map<Variant, Promise<WebAssembly.Module>>()

const unpack = async (variant: Variant): Promise<WebAssembly.Module> => {
  const bytes = Uint8Array.from(atob(packed[variant]), (c) => c.charCodeAt(0))
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))
  return WebAssembly.compile(await new Response(stream).arrayBuffer())
}

/** Unpacks and compiles the core, once for each variant. */
export const loadModule = (variant: Variant): Promise<WebAssembly.Module> => {
  const module = modules.get(variant) ?? unpack(variant)
  modules.set(variant, module)
  return module
}

let blob: string | undefined

/** Starts a worker from the inlined source. */
export const spawn = (role: Role): WorkerHandle => {
  blob ??= URL.createObjectURL(new Blob([source], { type: 'text/javascript' }))
  return handleOf(new Worker(blob, { name: `gradloom-${role}` }))
}
