// The entry of a worker in which something goes wrong, as `workerData` says: it runs the real worker and,
// beside it, the fault. Not a mock: the exit, the throw, the full heap and the trap are real ones.

import { parentPort, workerData } from 'node:worker_threads'

const { fault, afterMs = 0, calls = 1 } = workerData

const fillHeap = () => {
  const held = []
  for (;;) held.push(new Array(1e5).fill(held.length))
}

/** Runs with the worker's event loop. */
const faults = {
  exit: () => process.exit(3),
  throws: () => {
    throw new Error('thrown where nobody awaits it')
  },
  rejects: () => void Promise.reject(new Error('rejected where nobody awaits it')),
  heap: fillHeap,
  garbage: () =>
    parentPort.postMessage({ kind: 'fault', error: { name: 'Error', message: 'odd' } }),
}

// (func (export "trap") unreachable)
const TRAP = [
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0],
  ...[7, 8, 1, 4, 116, 114, 97, 112, 0, 0, 10, 5, 1, 3, 0, 0, 11],
]

/** From the `calls`-th call on, the export traps. */
const trapIn = (name) => {
  const { trap } = new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.from(TRAP))).exports
  const { Instance } = WebAssembly
  let count = 0
  WebAssembly.Instance = class {
    constructor(module, imports) {
      const real = new Instance(module, imports).exports
      const trapping = (...args) => {
        count += 1
        return count < calls ? real[name](...args) : trap()
      }
      this.exports = { ...real, [name]: trapping }
    }
  }
}

if (fault === 'trap') trapIn('session_run')
if (fault === 'helper trap') trapIn('helperMain')
if (fault === 'broken') throw new Error('the script is broken')
if (fault !== 'silent') await import('../../dist/node/worker.js')
if (fault === 'silent') parentPort.on('message', () => {})
if (faults[fault]) setTimeout(faults[fault], afterMs)
