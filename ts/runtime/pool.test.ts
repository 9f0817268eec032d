// Sessions on the real core, once in every mode: what runs must not depend on how.

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { add, castI32, mul } from '../ops.ts'
import type { Wishes } from './features.ts'
import type { Pool } from './pool.ts'
import type { PoolSession } from './pool-session.ts'
import type { SessionStage } from './session.ts'
import {
  collectGarbage,
  counting,
  describeProgram,
  poolOf,
  running,
  sessionOf,
  squaring,
  useCore,
  variable,
} from './testing.ts'

beforeAll(useCore)

const modes: [string, Wishes][] = [
  ['shared, 1 thread', { mode: 'shared', threads: 1 }],
  ['shared, 3 threads', { mode: 'shared', threads: 3 }],
  ['replica, 1 worker', { mode: 'replica', threads: 1 }],
  ['replica, 2 workers', { mode: 'replica', threads: 2 }],
  ['inline', { mode: 'inline' }],
]

/** Four shards that assign a part each, and a stage that adds the parts in order. */
const shards = (lossAt: 'shard' | 'update' = 'update') => {
  const w = variable('w', [2])
  const parts = [0, 1, 2, 3].map((i) => variable(`part ${i}`, [2]))
  const shard = (i: number) =>
    describeProgram((graph) => {
      const part = mul(graph.input('x', 'float32', [2]), add(graph.state(w), i + 1))
      graph.assign(parts[i] as (typeof parts)[0], part)
      graph.output('part', part)
      if (lossAt === 'shard' && i === 3) graph.output('loss', graph.apply('sum', [part], [0, 1, 0]))
    })
  const update = describeProgram((graph) => {
    const sum = parts.map((part) => graph.state(part)).reduce(add)
    graph.assign(w, add(graph.state(w), sum))
    if (lossAt === 'update') graph.output('loss', graph.apply('sum', [sum], [0, 1, 0]))
  })
  const stages = (steps: number): SessionStage[] => [
    ...parts.map((_, i) => ({ program: shard(i), feeds: counting(steps, 2) })),
    { program: update, feeds: {} },
  ]
  return { w, parts, stages, exchange: parts.map((part) => [part]) }
}

describe.each(modes)('%s', (_, wishes) => {
  let pool: Pool
  beforeAll(() => {
    pool = poolOf(wishes)
  })
  afterAll(() => pool.stop())

  it('runs steps in order, with a feed for each, and keeps the state', async () => {
    const session = sessionOf(pool)
    const sum = variable('sum', [2])
    const program = running(sum)
    const run = () => session.run({ steps: 3, stages: [{ program, feeds: counting(3, 2) }] })
    const first = await run()
    expect(first).toMatchObject({ steps: 3, stopped: 'done' })
    expect([...(first.outputs[0]?.sum ?? [])]).toEqual([1, 2, 4, 6, 9, 12])
    await run()
    expect(await session.read([sum])).toEqual([Float32Array.of(18, 24)])
    await session.dispose()
  })

  it('gives one value to all steps, and whole numbers as such', async () => {
    const session = sessionOf(pool)
    const count = variable('count', [1], 'int32')
    const program = describeProgram((graph) => {
      const x = castI32(graph.input('x', 'float32', [1]))
      graph.assign(count, x)
      graph.output('x', x)
    })
    const feeds = { x: { data: Float32Array.of(-7.5), perStep: false } }
    const { outputs } = await session.run({ steps: 3, stages: [{ program, feeds }] })
    expect(outputs).toEqual([{ x: Int32Array.of(-7, -7, -7) }])
    expect(await session.read([count])).toEqual([Int32Array.of(-7)])
    await session.dispose()
  })

  it('copies what is written and fed, and gives away what is read', async () => {
    const session = sessionOf(pool)
    const sum = variable('sum', [2])
    const all = Float32Array.of(9, 1, 2, 9)
    const part = all.subarray(1, 3)
    await session.write(sum, part)
    const feeds = { x: { data: part, perStep: false } }
    await session.run({ steps: 1, stages: [{ program: running(sum), feeds }] })
    expect(all).toEqual(Float32Array.of(9, 1, 2, 9))
    expect(await session.read([sum, sum])).toEqual([Float32Array.of(2, 4), Float32Array.of(2, 4)])
    await session.dispose()
  })

  it('runs shards and the stage after with the same result', async () => {
    const session = sessionOf(pool)
    const { w, stages, exchange } = shards()
    const result = await session.run({ steps: 2, stages: stages(2), exchange })
    // Step 1: x = 1 2, parts x·(0 + 1 … 4), so w = 10·x; step 2: x = 3 4, parts x·(w + 1 … 4).
    expect(await session.read([w])).toEqual([Float32Array.of(10 + 150, 20 + 360)])
    expect(result.outputs.map((record) => [...(record.part ?? record.loss ?? [])])).toEqual([
      [1, 2, 33, 84],
      [2, 4, 36, 88],
      [3, 6, 39, 92],
      [4, 8, 42, 96],
      [30, 510],
    ])
    await session.dispose()
  })

  it('divides the steps of a pure run and puts the records together', async () => {
    const session = sessionOf(pool)
    const k = variable('k', [1])
    await session.write(k, Float32Array.of(10))
    const program = describeProgram((graph) => {
      graph.output('y', mul(graph.input('x', 'float32', [1]), graph.state(k)))
    })
    const run = { steps: 5, stages: [{ program, feeds: counting(5, 1) }], pure: true }
    const { steps, outputs } = await session.run(run)
    expect(steps).toBe(5)
    expect(outputs).toEqual([{ y: Float32Array.of(10, 20, 30, 40, 50) }])
    await session.dispose()
  })

  it.each([
    ['plain', false, 'update'],
    ['sharded', true, 'update'],
    ['in one shard', true, 'shard'],
  ] as const)('stops after the step whose loss is not finite: %s', async (__, sharded, lossAt) => {
    const session = sessionOf(pool)
    const { w, stages, exchange } = shards(lossAt)
    const x = { x: { data: Float32Array.of(1, 1, 1e38, 1, 1, 1, 1, 1), perStep: true } }
    const fed = stages(4).map((stage, i) => (i < 4 ? { ...stage, feeds: x } : stage))
    const request = { steps: 4, stages: fed, guard: true }
    const { steps, stopped } = await session.run(sharded ? { ...request, exchange } : request)
    expect({ steps, stopped }).toEqual({ steps: 2, stopped: 'non-finite' })
    const [after] = await session.read([w])
    // Step 1: w = 10; step 2: w + (10 + 1) + … + (10 + 4).
    expect(after?.[1]).toBe(60)
    await session.dispose()
  })

  it.each([
    ['plain', false],
    ['sharded', true],
  ])('stops when the signal fires, in the same state everywhere: %s', async (__, sharded) => {
    const session = sessionOf(pool)
    const { w, parts, stages, exchange } = shards()
    const zero = { x: { data: new Float32Array(2), perStep: false } }
    const fed = stages(1).map((stage, i) => (i < 4 ? { ...stage, feeds: zero } : stage))
    const steps = 1_000_000
    const signal = AbortSignal.timeout(50)
    const request = { steps, stages: fed, signal }
    const result = await session.run(sharded ? { ...request, exchange } : request)
    expect(result.stopped).toBe('aborted')
    expect(result.steps).toBeLessThan(steps)
    expect(result.outputs[4]?.loss).toHaveLength(result.steps)
    // The next run is not touched by it, and all replicas take part.
    const again = await session.run({ steps: 2, stages: stages(2), exchange })
    expect(again).toMatchObject({ steps: 2, stopped: 'done' })
    expect(await session.read([w, ...parts])).toEqual([
      Float32Array.of(160, 380),
      ...[1, 2, 3, 4].map((i) => Float32Array.of(3 * (10 + i), 4 * (20 + i))),
    ])
    await session.dispose()
  })

  it('does not begin a run whose signal has fired', async () => {
    const session = sessionOf(pool)
    const sum = variable('sum', [2])
    const stages = [{ program: running(sum), feeds: counting(3, 2) }]
    const result = await session.run({ steps: 3, stages, signal: AbortSignal.abort() })
    expect(result).toEqual({
      steps: 0,
      stopped: 'aborted',
      outputs: [{ sum: new Float32Array(0) }],
    })
    expect(await session.read([sum])).toEqual([new Float32Array(2)])
    await session.dispose()
  })

  it('runs two sessions at once, each with its own numbers', async () => {
    const sum = variable('sum', [2])
    const program = running(sum)
    const sessions = [sessionOf(pool), sessionOf(pool)]
    const train = async (session: PoolSession, size: number): Promise<number | undefined> => {
      const x = { data: new Float32Array(2).fill(size), perStep: false }
      for (let i = 0; i < 20; i++) {
        await session.run({ steps: 5, stages: [{ program, feeds: { x } }] })
      }
      return (await session.read([sum]))[0]?.[1]
    }
    const sums = await Promise.all(sessions.map((session, i) => train(session, i + 1)))
    expect(sums).toEqual([100, 200])
    await Promise.all(sessions.map((session) => session.dispose()))
  })

  it('rejects a run under way when its session is disposed of', async () => {
    const [session, other] = [sessionOf(pool), sessionOf(pool)]
    const w = variable('w', [256, 256])
    const run = session.run({ steps: 1_000_000, stages: [{ program: squaring(w), feeds: {} }] })
    const rejected = expect(run).rejects.toMatchObject({ code: 'disposed' })
    await other.read([])
    await session.dispose()
    await rejected
    await expect(session.read([w])).rejects.toMatchObject({ code: 'disposed' })
    expect(await other.read([w])).toEqual([new Float32Array(256 * 256)])
    await other.dispose()
  })

  it('tells what is wrong with a request, and goes on', async () => {
    const session = sessionOf(pool)
    const sum = variable('sum', [2])
    const program = running(sum)
    const run = (feeds: SessionStage['feeds'], times = 1) =>
      session.run({ steps: 2, stages: new Array(times).fill({ program, feeds }) })
    const x = (data: Float32Array | Int32Array) => ({ x: { data, perStep: true } })
    await expect(run({})).rejects.toMatchObject({ code: 'argument', subject: 'x' })
    await expect(run(x(new Float32Array(3)))).rejects.toMatchObject({ code: 'shape' })
    await expect(run(x(new Int32Array(4)))).rejects.toMatchObject({ code: 'dtype' })
    await expect(run({ ...counting(2, 2), z: counting(2, 2).x })).rejects.toThrow("no input 'z'")
    await expect(run(counting(2, 2), 2)).rejects.toMatchObject({ code: 'argument' })
    await expect(session.write(sum, new Float32Array(3))).rejects.toMatchObject({ code: 'shape' })
    const result = await run(counting(2, 2))
    expect(result.outputs[0]?.sum).toEqual(Float32Array.of(1, 2, 4, 6))
    await session.dispose()
  })

  it('says when memory is full, and goes on', async () => {
    const session = sessionOf(pool)
    const [big, small] = [variable('big', [2 ** 29]), variable('small', [1])]
    await expect(session.read([big])).rejects.toMatchObject({ code: 'out-of-memory' })
    expect(await session.read([small])).toEqual([new Float32Array(1)])
    await session.dispose()
  })

  it('takes programs and variables out again', async () => {
    const session = sessionOf(pool)
    const sum = variable('sum', [2])
    const program = running(sum)
    const run = () => session.run({ steps: 1, stages: [{ program, feeds: counting(1, 2) }] })
    await run()
    expect((await session.plan(program)).table).toContain('add')
    await session.unload(program)
    await session.drop([sum])
    const { outputs } = await run()
    expect(outputs).toEqual([{ sum: Float32Array.of(1, 2) }])
    await session.dispose()
  })

  it('frees a session that nobody holds any more', async () => {
    const freed = vi.spyOn(await pool.crew(), 'disposeSession')
    await sessionOf(pool).read([])
    await vi.waitUntil(
      () => {
        collectGarbage()
        return freed.mock.calls.length > 0
      },
      { timeout: 20_000 },
    )
    freed.mockRestore()
  })
})

/** What is left of a pool that ran a program and was stopped. */
const spent = async (wishes: Wishes): Promise<WeakRef<Pool>> => {
  const pool = poolOf(wishes)
  const sum = variable('sum', [2])
  const stages = [{ program: running(sum), feeds: counting(1, 2) }]
  await sessionOf(pool).run({ steps: 1, stages })
  await pool.stop()
  return new WeakRef(pool)
}

it.each(modes)('is garbage when it is stopped: %s', async (_, wishes) => {
  const pool = await spent(wishes)
  await vi.waitFor(
    () => {
      collectGarbage()
      // Not the pool itself: the error would hold it.
      expect(pool.deref() === undefined).toBe(true)
    },
    { timeout: 10_000, interval: 20 },
  )
})
