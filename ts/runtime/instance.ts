// Instances of the core: its glue bound to a compiled module and a memory. It compiles and fetches
// nothing. The build wraps wasm-bindgen's glue in a function: as a module of its own it would hold
// one instance for ever, and an instance that has trapped must be replaced.

import { initialPages, instantiate } from '../../build/wasm/gradloom.js'
import { GradloomError } from '../errors.ts'
import type { Core } from './core.ts'
import { asFault } from './faults.ts'
import type { Variant } from './protocol.ts'

const PAGE = 65536
/** Of each thread; the core keeps large things elsewhere. */
const STACK_BYTES = 1 << 20

/** Whether a variant's memory is shared. */
export const isShared = (variant: Variant): boolean => variant !== 'simd'

/**
 * A memory that may grow to `limit` bytes. Where the engine cannot reserve that much address space
 * (32-bit systems, iOS), to as much of it as it can.
 */
export const makeMemory = (limit: number, shared: boolean): WebAssembly.Memory => {
  let maximum = Math.max(initialPages, Math.floor(limit / PAGE))
  for (;;) {
    try {
      return new WebAssembly.Memory({ initial: initialPages, maximum, shared })
    } catch (cause) {
      if (maximum <= initialPages) {
        const message = `There is no room for a memory of ${(maximum * PAGE) / 2 ** 20} MiB.`
        throw new GradloomError('out-of-memory', message, { cause })
      }
      maximum = Math.max(initialPages, Math.floor(maximum / 2))
    }
  }
}

/**
 * A new instance over `memory`. Threads of one shared memory are instances over the same memory.
 */
export const makeCore = (module: WebAssembly.Module, memory: WebAssembly.Memory): Core => {
  try {
    return instantiate(module, memory, STACK_BYTES) as Core
  } catch (thrown) {
    // The one thing that can go wrong is the stack.
    throw asFault(thrown, STACK_BYTES)
  }
}
