// Two replicas' sides of sharded runs in one thread, over a real port; the core is made up.

import { afterEach, expect, it, vi } from 'vitest'
import { Peers } from './exchange.ts'
import type { RunRequest } from './protocol.ts'
import type { Run } from './records.ts'
import { ShardedRun, Shards } from './replica-run.ts'

const SIZE = 3
const KEYS = [0, 1, 2]

const ports: MessagePort[] = []

afterEach(() => {
  for (const port of ports.splice(0)) port.close()
})

const request = { exchange: KEYS.map((key) => [key]) } as unknown as RunRequest

/** State `key` stands at `key` × `SIZE` numbers; a run of stage `i` adds `i` + 1 to state `i`. */
const replica = (peers: Peers) => {
  const memory = new WebAssembly.Memory({ initial: 1 })
  const state = (key: number) => new Float32Array(memory.buffer, key * SIZE * 4, SIZE)
  const session = {
    pointer: (key: number) => key * SIZE * 4,
    size: () => SIZE,
    stopReason: () => 0,
    run: (programs: Uint32Array) => {
      for (const stage of programs) {
        if (KEYS.includes(stage)) state(stage).set(state(stage).map((x) => x + stage + 1))
      }
      return 1
    },
  }
  const all = Uint32Array.of(...KEYS, 9)
  const run = {
    session,
    steps: 4,
    guard: false,
    programs: (from = 0, to = 4) => all.slice(from, to),
  }
  const walk = () =>
    new ShardedRun(run as unknown as Run, new Shards(request, 2), peers, memory, () => false).walk()
  return { walk, states: () => KEYS.map((key) => [...state(key)]) }
}

it('trades states in buffers that go back and forth, over several runs', async () => {
  const { port1, port2 } = new MessageChannel()
  ports.push(port1, port2)
  const replicas = [new Peers([undefined, port1], 0), new Peers([port2, undefined], 1)].map(replica)
  const made = vi.spyOn(globalThis, 'ArrayBuffer')
  for (let run = 0; run < 3; run++) await Promise.all(replicas.map(({ walk }) => walk()))
  const count = made.mock.calls.length
  made.mockRestore()
  expect(count).toBe(2)
  const wanted = KEYS.map((key) => Array(SIZE).fill(12 * (key + 1)))
  for (const { states } of replicas) expect(states()).toEqual(wanted)
})
