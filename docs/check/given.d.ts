// What the blocks of the guides take for given.

import type { Model, Tensor } from 'gradloom'

interface ExtendableEvent extends Event {
  waitUntil(done: Promise<unknown>): void
}

interface FetchEvent extends ExtendableEvent {
  request: Request
  respondWith(response: Promise<Response>): void
}

declare global {
  // Of service workers.
  interface WindowEventMap {
    activate: ExtendableEvent
    fetch: FetchEvent
  }
  const clients: { claim(): Promise<void> }
  function skipWaiting(): Promise<void>

  const model: Model
  const x: Tensor
  const y: Tensor
  const xTest: Tensor
  const yTest: Tensor
  const rows: number[][]
  const classes: number[]
  const records: { features: number[]; target: number }[]
}
