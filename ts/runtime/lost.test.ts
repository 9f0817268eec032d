// Real workers that are lost while they work: the call rejects, the next one works on fresh
// workers.

import { Worker } from 'node:worker_threads'
import { afterEach, beforeAll, expect, it, vi } from 'vitest'
import type { GradloomError } from '../errors.ts'
import { add } from '../ops.ts'
import { handleOf } from '../platform/node.ts'
import type { Wishes } from './features.ts'
import type { Pool, PoolParts } from './pool.ts'
import type { SessionOptions } from './session.ts'
import {
  describeProgram,
  poolOf,
  sessionOf,
  squaring,
  useCore,
  variable,
  watched,
} from './testing.ts'

beforeAll(useCore)

const pools: Pool[] = []

afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.stop()))
})

const pool = (wishes: Wishes, parts: Partial<PoolParts> = {}): Pool => {
  const made = poolOf(wishes, parts)
  pools.push(made)
  return made
}

/** A session whose variable `w` is restored to ones. */
const restoring = (on: Pool) => {
  const w = variable('w', [256, 256])
  const ones = new Float32Array(w.shape.reduce((a, b) => a * b)).fill(1)
  const faults: (string | undefined)[] = []
  const restore: SessionOptions['restore'] = async (fresh, fault) => {
    faults.push(fault?.code)
    await fresh.write(w, ones)
  }
  return { session: sessionOf(on, { restore }), w, ones, faults }
}

it.each([
  ['the leader', { mode: 'shared', threads: 2 }, 0],
  ['a helper', { mode: 'shared', threads: 2 }, 1],
  ['a replica', { mode: 'replica', threads: 2 }, 1],
] as [string, Wishes, number][])('%s is killed in mid-step', async (_, wishes, victim) => {
  const { platform, workers } = watched()
  const on = pool(wishes, { platform })
  const { session, w, ones, faults } = restoring(on)
  const program = squaring(w)
  const endless = { steps: 1_000_000, stages: [{ program, feeds: {} }] }
  await session.run({ ...endless, steps: 1 })
  const run = expect(session.run(endless)).rejects.toMatchObject({ code: 'worker-died' })
  const next = session.read([w])
  setTimeout(() => void workers[victim]?.terminate(), 100)
  await run
  expect(await next).toEqual([ones])
  expect(faults).toEqual([undefined, 'worker-died'])
  await session.run({ ...endless, steps: 1 })
  expect((await session.read([w]))[0]?.[0]).toBe(256)
  expect(workers).toHaveLength(4)
})

it.each([
  ['shared', { mode: 'shared', threads: 2 }],
  ['replica', { mode: 'replica', threads: 2 }],
  ['inline', { mode: 'inline' }],
] as [string, Wishes][])(
  'a core that cannot go on for want of memory costs it, not the pool: %s',
  async (_, wishes) => {
    // The program's literal fits into the page's memory, but not twice into the workers'.
    const on = pool(wishes, { memoryLimit: 2 ** 24 })
    const { session, w, ones, faults } = restoring(on)
    const literal = new Float32Array(2.5e6)
    const tooBig = describeProgram((graph) => graph.output('y', graph.constant(literal)))
    const run = session.run({ steps: 1, stages: [{ program: tooBig, feeds: {} }] })
    await expect(run).rejects.toMatchObject({ code: 'out-of-memory', subject: 'core' })
    expect(await session.read([w])).toEqual([ones])
    expect(faults).toEqual([undefined, 'out-of-memory'])
  },
)

it.each([0, 1])('replica %i without memory in mid-exchange costs the pool', async (poor) => {
  const on = pool({ mode: 'replica', threads: 2 }, { memoryLimit: 2 ** 26 })
  const { session, w, ones, faults } = restoring(on)
  const parts = [variable('a', [1]), variable('b', [1])]
  const stages = parts.map((part, i) => {
    const program = describeProgram((graph) => {
      const next = add(graph.state(part), 1)
      graph.assign(part, next)
      // Records of one shard outgrow the memory of its replica.
      const size = i === poor ? 2 ** 20 : 1
      graph.output('y', graph.apply('broadcastTo', [next], [1, size]))
    })
    return { program, feeds: {} }
  })
  const run = session.run({ steps: 40, stages, exchange: parts.map((part) => [part]) })
  await expect(run).rejects.toMatchObject({ code: 'out-of-memory' })
  expect(await session.read([w, ...parts])).toEqual([
    ones,
    new Float32Array(1),
    new Float32Array(1),
  ])
  expect(faults).toEqual([undefined, 'out-of-memory'])
})

it('tells every session of a lost pool', async () => {
  const { platform, workers } = watched()
  const on = pool({ mode: 'shared', threads: 1 }, { platform })
  const [a, b] = [restoring(on), restoring(on)]
  await Promise.all([a.session.read([]), b.session.read([])])
  const run = { steps: 1_000_000, stages: [{ program: squaring(a.w), feeds: {} }] }
  const lost = (call: Promise<unknown>) =>
    expect(call).rejects.toMatchObject({ code: 'worker-died' })
  const first = lost(a.session.run(run))
  await new Promise((resolve) => setTimeout(resolve, 50))
  const second = lost(b.session.read([b.w]))
  await workers[0]?.terminate()
  await Promise.all([first, second])
  expect(await b.session.read([b.w])).toEqual([b.ones])
  expect(a.faults).toEqual([undefined])
  expect(b.faults).toEqual([undefined, 'worker-died'])
})

it('a restore that fails is tried again', async () => {
  const on = pool({ mode: 'inline' })
  const w = variable('w', [1])
  let tries = 0
  const session = sessionOf(on, {
    restore: async (fresh) => {
      tries += 1
      if (tries === 1) throw new Error('not yet')
      await fresh.write(w, Float32Array.of(5))
    },
  })
  await expect(session.read([w])).rejects.toThrow('not yet')
  expect(await session.read([w])).toEqual([Float32Array.of(5)])
})

it.each([
  ['shared', { mode: 'shared', threads: 2 }],
  ['replica', { mode: 'replica', threads: 2 }],
  ['inline', { mode: 'inline' }],
] as [string, Wishes][])('a stop settles everything: %s', async (_, wishes) => {
  const on = pool(wishes)
  const { session, w } = restoring(on)
  const run = session.run({ steps: 1_000_000, stages: [{ program: squaring(w), feeds: {} }] })
  const calls = [run, session.read([w]), on.crew()].map((call) =>
    call.then(
      () => 'done',
      (error: GradloomError) => error.code,
    ),
  )
  setTimeout(() => void on.stop(), 100)
  expect((await Promise.all(calls)).slice(0, 2)).toEqual(['disposed', 'disposed'])
  await expect(on.crew()).rejects.toMatchObject({ code: 'disposed' })
})

it('runs on the calling thread where no worker can be started, and says so', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  const { platform } = watched()
  const refusing = {
    ...platform,
    spawn: () => handleOf(new Worker('throw new Error("refused")', { eval: true, stderr: true })),
  }
  const on = pool({}, { platform: refusing, fallBack: true })
  const { session, w, ones } = restoring(on)
  // As `init` does: somebody else waits for the workers too.
  on.start()
  expect(await session.read([w])).toEqual([ones])
  expect(on.choice).toMatchObject({ mode: 'inline', variant: 'simd', threads: 1 })
  expect(on.choice.reason).toMatch(/no worker could be started.*refused/)
  expect(warn).toHaveBeenCalledOnce()
  warn.mockRestore()
  const strict = pool({}, { platform: refusing })
  await expect(sessionOf(strict).read([w])).rejects.toMatchObject({ code: 'worker-start' })
})
