// Feeds that are written where a run takes them: the real core on real workers, and what is asked
// of a worker that is made up.

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { add } from '../ops.ts'
import type { RunRequest, WorkerApi } from './protocol.ts'
import { Rooms } from './rooms.ts'
import { describeProgram, poolOf, sessionOf, useCore } from './testing.ts'

beforeAll(useCore)

/** y = a + b; each step takes its own a and b: [2] */
const summing = () =>
  describeProgram((graph) => {
    const [a, b] = ['a', 'b'].map((name) => graph.input(name, 'float32', [2]))
    if (a && b) graph.output('y', add(a, b))
  })

const filled = (length: number, value: number) => new Float32Array(length).fill(value)

const feed = (data: Float32Array) => ({ data, perStep: true })

describe.each([1, 2])('on %i threads', (threads) => {
  const pool = poolOf({ mode: 'shared', threads })
  afterAll(() => pool.stop())

  it('runs that wait have their own numbers, though all take them from one place', async () => {
    const crew = await pool.crew()
    const session = await crew.createSession()
    const { program } = await crew.load(session, summing().wire)
    const run = async (value: number): Promise<unknown> => {
      const feeds = ['a', 'b'].map((input) => ({ input, ...feed(filled(2000, value)) }))
      const stages = [{ program, feeds }]
      const rest = { shards: 0, exchange: [], guard: false }
      return (await crew.run(session, { steps: 1000, stages, ...rest })).outputs[0]?.y
    }
    await run(0)
    const results = await Promise.all([1, 2, 3, 4].map(run))
    expect(results).toEqual([2, 4, 6, 8].map((value) => filled(2000, value)))
    await crew.disposeSession(session)
  })

  it('more or fewer steps find their numbers, also in memory that has grown', async () => {
    const [session, program] = [sessionOf(pool), summing()]
    for (const steps of [1, 3, 2 ** 19, 2, 2 ** 21, 2]) {
      const [a, b] = [feed(filled(2 * steps, steps)), { ...feed(filled(2, 1)), perStep: false }]
      const { outputs } = await session.run({ steps, stages: [{ program, feeds: { a, b } }] })
      // Elements one by one would take seconds.
      expect(Buffer.compare(bytes(outputs[0]?.y), bytes(filled(2 * steps, steps + 1)))).toBe(0)
    }
    await session.dispose()
  })

  it('numbers too many or too few are refused, and the next run finds its own', async () => {
    const [session, program] = [sessionOf(pool), summing()]
    const run = (steps: number, a: number, b: number) => {
      const feeds = { a: feed(filled(a, 1)), b: feed(filled(b, 2)) }
      return session.run({ steps, stages: [{ program, feeds }] })
    }
    for (const wrong of [0, 3, 5, 4000]) {
      await run(2, 4, 4)
      const refused = { code: 'shape', subject: 'b' }
      await expect(run(2, 4, wrong)).rejects.toMatchObject(refused)
      // `a` has moved by now.
      await expect(run(wrong + 9, 2 * wrong + 18, 4)).rejects.toMatchObject(refused)
      expect((await run(2, 4, 4)).outputs).toEqual([{ y: filled(4, 3) }])
    }
    await session.dispose()
  })
})

const bytes = (x: ArrayBufferView | undefined): Buffer =>
  Buffer.from(x?.buffer ?? new ArrayBuffer(0))

it('a worker is asked once for a form, and is sent no numbers', async () => {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true })
  const room = vi.fn(async () => [64])
  const rooms = new Rooms()
  const placed = (data: Float32Array, steps: number) => {
    const stages = [{ program: 7, feeds: [{ input: 'a', ...feed(data) }] }]
    const request = { steps, stages } as unknown as RunRequest
    return rooms.placed(memory, { room } as unknown as WorkerApi, 5, request)
  }
  const at64 = () => [...new Float32Array(memory.buffer, 64, 2)]
  const sent = { steps: 2, stages: [{ program: 7, feeds: [] }], fed: true }
  expect(await placed(Float32Array.of(1, 2), 2)).toEqual(sent)
  expect(room).toHaveBeenLastCalledWith(
    5,
    7,
    [{ input: 'a', data: { length: 2 }, perStep: true }],
    2,
  )
  await placed(Float32Array.of(3, 4), 2)
  expect(at64()).toEqual([3, 4])
  expect(room).toHaveBeenCalledTimes(1)
  await placed(Float32Array.of(5), 1)
  expect(room).toHaveBeenCalledTimes(2)
  rooms.clear()
  await placed(Float32Array.of(6), 1)
  expect(room).toHaveBeenCalledTimes(3)
})
