// Words between replicas over real ports.

import { afterEach, describe, expect, it } from 'vitest'
import { ownerOf, Peers, type Word } from './exchange.ts'

const ports: MessagePort[] = []

const pair = (): [Peers, Peers] => {
  const { port1, port2 } = new MessageChannel()
  ports.push(port1, port2)
  return [new Peers([undefined, port1], 0), new Peers([port2, undefined], 1)]
}

const word = (steps: number, verdict: Word['verdict'] = 'go'): Word => ({
  verdict,
  steps,
  states: undefined,
})

afterEach(() => {
  for (const port of ports.splice(0)) port.close()
})

describe('ownerOf', () => {
  it.each([
    [4, 2, [0, 0, 1, 1]],
    [3, 2, [0, 0, 1]],
    [2, 4, [0, 2]],
    [4, 1, [0, 0, 0, 0]],
  ])('%i shards on %i replicas', (shards, replicas, owners) => {
    const given = Array.from({ length: shards }, (_, i) => ownerOf(i, shards, replicas))
    expect(given).toEqual(owners)
  })
})

describe('Peers', () => {
  it('hears words in order, those that came early too', async () => {
    const [a, b] = pair()
    const early = b.hear(0)
    for (const steps of [1, 2, 3]) a.say(1, word(steps))
    const steps = [await early, await b.hear(0), await b.hear(0)].map((heard) => heard.steps)
    expect(steps).toEqual([1, 2, 3])
  })

  it('gives states away', async () => {
    const [a, b] = pair()
    const states = Float32Array.of(1, 2).buffer
    a.say(1, { ...word(1), states })
    expect(states.byteLength).toBe(0)
    expect(new Float32Array((await b.hear(0)).states as ArrayBuffer)).toEqual(Float32Array.of(1, 2))
  })

  it('does not take words of an earlier run for those of this one', async () => {
    const [a, b] = pair()
    a.sayAll({ verdict: 'failed', steps: 0 })
    a.begin()
    b.begin()
    a.say(1, word(7))
    expect((await b.hear(0)).steps).toBe(7)
  })

  it('throws when a peer fails in this run', async () => {
    const [a, b] = pair()
    a.sayAll({ verdict: 'failed', steps: 0 })
    await expect(b.hear(0)).rejects.toMatchObject({ code: 'worker-died' })
  })
})
