// A worker's line to the thread that started it. It is found at run time, because one worker file
// serves Node and browsers.

import { nextTask } from './web.ts'

/** The worker's own end of the line. */
export interface Parent {
  post(message: unknown): void
  onMessage(listener: (message: unknown) => void): void
  /** Lets messages have a turn. */
  nextTask(): Promise<void>
}

type Threads = typeof import('node:worker_threads')

/** An import would have to be taken out of the browser's bundle. */
const nodeThreads = (): Threads | undefined =>
  globalThis.process?.getBuiltinModule?.('worker_threads') as Threads | undefined

const inNode = (port: NonNullable<Threads['parentPort']>): Parent => ({
  post: (message) => port.postMessage(message),
  onMessage: (listener) => void port.on('message', listener),
  nextTask: () => new Promise((resolve) => void setImmediate(resolve)),
})

const inBrowser = (scope: Worker): Parent => {
  // A rejection that nobody handles reaches the page only as an uncaught error.
  scope.addEventListener('unhandledrejection' as 'error', (event) => {
    throw (event as unknown as PromiseRejectionEvent).reason
  })
  return {
    post: (message) => scope.postMessage(message),
    onMessage: (listener) => scope.addEventListener('message', (event) => listener(event.data)),
    nextTask,
  }
}

/** The line to the starter of this worker. */
export const parent = (): Parent => {
  const port = nodeThreads()?.parentPort
  return port ? inNode(port) : inBrowser(globalThis as unknown as Worker)
}
