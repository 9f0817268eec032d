// What both browser builds share: Web Workers and the event loop. It loads nothing.

import { GradloomError } from '../errors.ts'
import type { Environment, WorkerHandle } from './platform.ts'

export const environment = (): Environment => ({
  fastCore: true,
  runtime: 'browser',
  workers: typeof Worker === 'function',
  // A shared memory can be made without the headers and fails only when it is posted.
  sharedMemory: globalThis.crossOriginIsolated === true,
  cpus: globalThis.navigator?.hardwareConcurrency ?? 1,
})

/** Why the core, from `place`, could not be compiled. */
export const notLoaded = (place: string, cause: unknown): GradloomError => {
  const { message } = cause as Error
  const isForbidden = /policy|csp/i.test(message)
  const fix = isForbidden ? "; allow it by 'wasm-unsafe-eval' in the policy's script-src" : ''
  return new GradloomError(
    isForbidden ? 'unsupported' : 'file',
    `${place}: the core could not be loaded (${message})${fix}`,
    { subject: place, cause },
  )
}

/** Wraps a Web Worker. Its uncaught errors do not end it, so they are taken for its death. */
export const handleOf = (worker: Worker): WorkerHandle => {
  let told = false
  return {
    post: (message, transfer = []) => worker.postMessage(message, [...transfer]),
    onMessage: (listener) =>
      worker.addEventListener('message', (event) => listener(event.data as unknown)),
    onDeath: (listener) => {
      const once = (reason: string, cause?: unknown): void => {
        if (!told) listener(reason, cause)
        told = true
      }
      worker.addEventListener('error', (event) =>
        once(event.message ? `it threw ${event.message}` : 'it could not be started', event.error),
      )
      worker.addEventListener('messageerror', () => once('a message could not be read'))
    },
    terminate: async () => {
      told = true
      worker.terminate()
    },
    ref: () => {},
    unref: () => {},
  }
}

let turns: MessagePort | undefined
const waiting: (() => void)[] = []

const openTurns = (): MessagePort => {
  const { port1, port2 } = new MessageChannel()
  port1.onmessage = () => waiting.shift()?.()
  return port2
}

/** Lets events and painting have a turn. `setTimeout` would wait for 4 ms. */
export const nextTask = (): Promise<void> =>
  new Promise((resolve) => {
    waiting.push(resolve)
    turns ??= openTurns()
    turns.postMessage(0)
  })
