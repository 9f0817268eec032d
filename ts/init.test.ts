// The life of Gradloom in a process: before `init`, after it, after `shutdown`.

import { afterEach, describe, expect, it } from 'vitest'
import { type InitOptions, info, init, initialSeed, shutdown } from './init.ts'
import { core } from './runtime/core.ts'
import { createSession } from './runtime/pool-session.ts'
import { counting, running, variable } from './runtime/testing.ts'
import { refusal } from './testing/refusal.ts'

afterEach(shutdown)

const notInitialized = refusal('not-initialized', 'await init()')

describe('before init', () => {
  it('says what to do', async () => {
    expect(() => info()).toThrow(notInitialized)
    expect(() => core()).toThrow(notInitialized)
    expect(() => initialSeed()).toThrow(notInitialized)
    await expect(createSession().read([])).rejects.toThrow(notInitialized)
  })

  it('shutdown does nothing', async () => {
    await expect(shutdown()).resolves.toBeUndefined()
  })
})

describe('init', () => {
  it('takes no bad options', async () => {
    const refused = (options: object, ...message: Parameters<typeof refusal>) =>
      expect(init(options as InitOptions)).rejects.toThrow(refusal(...message))
    await refused({ mode: 'sharde' }, 'unknown-name', "'sharde'", "Did you mean 'shared'?")
    await refused({ numerics: 'quick' }, 'unknown-name', 'exact, fast')
    await refused({ thread: 2 }, 'unknown-name', "Did you mean 'threads'?")
    await refused({ threads: 0 }, 'argument', 'threads', '0')
    await refused({ threads: 1.5 }, 'argument', 'threads', '1.5')
    await refused({ threads: 300 }, 'argument', 'at most 255')
    await refused({ memoryLimit: 1000 }, 'argument', 'memoryLimit')
    await refused({ memoryLimit: 2 ** 33 }, 'argument', 'memoryLimit')
    await refused({ seed: -1 }, 'argument', 'seed')
    expect(() => info()).toThrow(notInitialized)
  })

  it('is the same for all who call it at once, and again', async () => {
    await Promise.all([init({ threads: 2 }), init(), init({ threads: 2, mode: 'auto' })])
    const page = core()
    await init()
    expect(core()).toBe(page)
    expect(info().threads).toBe(2)
  })

  it('does not change options on the way', async () => {
    await init({ threads: 1, seed: 7 })
    await expect(init({ threads: 2 })).rejects.toThrow(refusal('argument', 'threads', 'shutdown'))
    await expect(init({ seed: 8 })).rejects.toThrow(refusal('argument', 'seed'))
    expect(info().threads).toBe(1)
    expect(initialSeed()).toBe(7)
  })

  it('draws a seed when none is given', async () => {
    await init({ mode: 'inline' })
    const first = initialSeed()
    await shutdown()
    await init({ mode: 'inline' })
    expect(initialSeed()).not.toBe(first)
  })

  it('tells how it runs', async () => {
    await init({ memoryLimit: 2 ** 28 })
    await createSession().read([])
    expect(info()).toMatchObject({
      mode: 'shared',
      reason: expect.stringContaining('Node shares memory'),
      variant: 'threads',
      numerics: 'exact',
      version: core().version(),
      memory: { bytes: expect.toSatisfy((bytes: number) => bytes > 2 ** 16), limit: 2 ** 28 },
    })
  })
})

describe('shutdown', () => {
  it('settles what is under way, and a session goes on after another init', async () => {
    await init({ mode: 'shared', threads: 2 })
    const sum = variable('sum', [2])
    const program = running(sum)
    const faults: unknown[] = []
    const session = createSession({
      restore: async (fresh, fault) => {
        faults.push(fault?.code)
        await fresh.write(sum, Float32Array.of(1, 1))
      },
    })
    const run = (steps: number) =>
      session.run({
        steps,
        stages: [{ program, feeds: { x: { ...counting(1, 2).x, perStep: false } } }],
      })
    await run(1)
    const settled = expect(run(10_000_000)).rejects.toThrow(refusal('disposed', 'init'))
    await new Promise((resolve) => setTimeout(resolve, 50))
    await shutdown()
    await settled
    await expect(session.read([sum])).rejects.toThrow(notInitialized)
    await init({ mode: 'replica', threads: 1 })
    await run(1)
    expect(await session.read([sum])).toEqual([Float32Array.of(2, 3)])
    expect(faults).toEqual([undefined, 'disposed'])
    expect(info().mode).toBe('replica')
  })

  it('ends an init under way', async () => {
    const starting = expect(init()).rejects.toThrow(refusal('disposed', 'init'))
    await shutdown()
    await starting
    await init({ mode: 'inline' })
    expect(info().mode).toBe('inline')
  })
})
