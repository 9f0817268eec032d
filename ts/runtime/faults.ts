// Errors at the worker boundary: what the core, the engine or a worker throws becomes a
// `GradloomError`, and crosses `postMessage` as a record. comlink alone drops an error's code,
// cause and class.

import { transferHandlers } from 'comlink'
import { type ErrorCode, GradloomError } from '../errors.ts'
import type { ErrorRecord } from './protocol.ts'

const TRAPPED =
  'The core stopped in the middle of its work. Its memory is lost; the next call starts afresh. ' +
  'Either memory ran out, or this is a bug of Gradloom: please report it.'

/** An engine that runs out of stack or memory while in wasm throws a RangeError of these words. */
const STACK = /call stack|too much recursion/i
const MEMORY = /memory|allocat/i

/** The typed error for anything that was thrown while the core ran. */
export const asFault = (thrown: unknown): unknown => {
  if (thrown instanceof GradloomError || !(thrown instanceof Error)) return thrown
  const { code } = thrown as { code?: ErrorCode }
  if (code && thrown.constructor === Error) {
    return new GradloomError(code, thrown.message, { cause: thrown })
  }
  const text = `${thrown.name}: ${thrown.message}`
  if (thrown instanceof WebAssembly.RuntimeError) {
    return new GradloomError('trap', `${TRAPPED} (${text})`, { cause: thrown })
  }
  if (!(thrown instanceof RangeError)) return thrown
  if (STACK.test(text)) return new GradloomError('trap', `${TRAPPED} (${text})`, { cause: thrown })
  if (MEMORY.test(text)) return new GradloomError('out-of-memory', text, { cause: thrown })
  return thrown
}

/** Whether the memory in which it happened must be thrown away. */
export const isFatal = (error: unknown): boolean =>
  error instanceof GradloomError && (error.code === 'trap' || error.code === 'worker-died')

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
