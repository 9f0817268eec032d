// Errors at the worker boundary: what the core, the engine or a worker throws becomes a
// `GradloomError`, and crosses `postMessage` as a record. comlink alone drops an error's code,
// cause and class.

import { transferHandlers } from 'comlink'
import { type ErrorCode, GradloomError } from '../errors.ts'
import type { ErrorRecord } from './protocol.ts'

const TRAPPED =
  'The core stopped in the middle of its work. Its memory is lost; the next call starts afresh. ' +
  'This is a bug of Gradloom: please report it.'

/** An engine that runs out of stack or memory while in wasm throws a RangeError of these words. */
const STACK = /call stack|too much recursion/i
const MEMORY = /memory|allocat/i

/** The subject of an `out-of-memory` error with which the core's memory is lost. */
export const CORE = 'core'

const ROOM = 'take smaller batches or layers, or raise init({ memoryLimit })'

/** The error of a core that could not go on for want of `bytes`. */
export const noRoom = (bytes: number, cause: unknown): GradloomError => {
  const message = `${bytes} more bytes of memory are not to be had: ${ROOM}. The next call starts afresh.`
  return new GradloomError('out-of-memory', message, { subject: CORE, cause })
}

/**
 * The typed error for anything that was thrown while the core ran. `refused`: the bytes that it was
 * refused last.
 */
export const asFault = (thrown: unknown, refused = 0): unknown => {
  if (thrown instanceof GradloomError || !(thrown instanceof Error)) return thrown
  const { code } = thrown as { code?: ErrorCode }
  if (code && thrown.constructor === Error) {
    const fix = code === 'out-of-memory' ? `; ${ROOM}` : ''
    return new GradloomError(code, `${thrown.message}${fix}`, { cause: thrown })
  }
  const text = `${thrown.name}: ${thrown.message}`
  if (thrown instanceof WebAssembly.RuntimeError) {
    if (refused > 0) return noRoom(refused, thrown)
    return new GradloomError('trap', `${TRAPPED} (${text})`, { cause: thrown })
  }
  if (!(thrown instanceof RangeError)) return thrown
  if (STACK.test(text)) return new GradloomError('trap', `${TRAPPED} (${text})`, { cause: thrown })
  if (MEMORY.test(text)) return new GradloomError('out-of-memory', text, { cause: thrown })
  return thrown
}

/** Whether the memory in which it happened must be thrown away. */
export const isFatal = (error: unknown): boolean =>
  error instanceof GradloomError &&
  (error.code === 'trap' || error.code === 'worker-died' || error.subject === CORE)

/** The subject of errors of replicas that only suffer from another one's failure. */
export const PEER = 'peer'

export const isPeerFailure = (error: unknown): boolean =>
  error instanceof GradloomError && error.subject === PEER

export const toRecord = (thrown: unknown): ErrorRecord => {
  const error = asFault(thrown)
  const known = error instanceof GradloomError ? error : undefined
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error))
  return { name, message, stack, code: known?.code, subject: known?.subject }
}

/** The error of a record; `cause` holds the stack on the other side. */
export const fromRecord = ({ name, message, stack, code, subject }: ErrorRecord): Error => {
  const cause = Object.assign(new Error(message), { name, stack })
  if (!code) return cause
  const options = subject === undefined ? { cause } : { cause, subject }
  return new GradloomError(code, message, options)
}

/** From here on errors cross as records; both sides of a line must have called it. */
export const throwRecords = (): void => {
  const thrown = transferHandlers.get('throw')
  if (!thrown) throw new Error("comlink has no handler named 'throw'")
  transferHandlers.set('throw', {
    canHandle: thrown.canHandle,
    serialize: ({ value }: { value: unknown }) => [toRecord(value), []],
    deserialize: (record: ErrorRecord) => {
      throw fromRecord(record)
    },
  })
}
