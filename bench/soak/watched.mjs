// The built library, with its workers at hand so that they can be killed: the class that it starts them
// from is replaced before it is loaded.

import { syncBuiltinESMExports } from 'node:module'
import threads from 'node:worker_threads'

const living = new Set()

threads.Worker = class extends threads.Worker {
  constructor(...args) {
    super(...args)
    living.add(this)
    this.once('exit', () => living.delete(this))
  }
}
syncBuiltinESMExports()

/** Worker threads that run now. */
export const workers = () => [...living]

export const gradloom = await import('../../dist/node/index.js')
