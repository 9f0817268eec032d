// What a client does when its worker does not behave: workers of a few lines stand in for ours.

import { Worker } from 'node:worker_threads'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { GradloomError } from '../errors.ts'
import { loadModule } from '../platform/current.ts'
import { handleOf } from '../platform/node.ts'
import { WorkerClient } from './client.ts'
import { makeMemory } from './instance.ts'

const stops: (() => Promise<unknown>)[] = []

afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()))
})

const AFTER_BOOT = `
  const { parentPort } = require('node:worker_threads')
  const boot = (then) => parentPort.on('message', ({ port }) => {
    parentPort.postMessage({ kind: 'ready', abortFlag: 64 })
    port.on('message', () => then(port))
  })
`

const clientOf = (source: string) => {
  const resourceLimits = { maxOldGenerationSizeMb: 32 }
  const worker = new Worker(AFTER_BOOT + source, { eval: true, stderr: true, resourceLimits })
  const onFault = vi.fn<(error: GradloomError) => void>()
  const client = new WorkerClient({ handle: handleOf(worker), role: 'leader', onFault })
  stops.push(() => worker.terminate())
  return { client, onFault, worker }
}

const boot = async (client: WorkerClient, timeoutMs = 20_000): Promise<number> => {
  const module = await loadModule('simd')
  const memory = makeMemory(2 ** 24, true)
  const { port1, port2 } = new MessageChannel()
  const role = { role: 'leader', module, memory, threads: 1, cores: 1, port: port2 } as const
  return client.boot(role, port1, timeoutMs)
}

const failure = (code: string, message: RegExp): object =>
  expect.objectContaining({ code, message: expect.stringMatching(message), name: 'GradloomError' })

describe('a start', () => {
  it('resolves to the offset of the abort flag', async () => {
    const { client } = clientOf('boot(() => {})')
    expect(await boot(client)).toBe(64)
  })

  it.each([
    ['never answers', 'setInterval(() => {}, 1000)', 'did not answer within 0.05 s'],
    ['throws', 'throw new Error("no luck")', 'no luck'],
    ['exits', 'process.exit(3)', 'exited with code 3'],
    ['does not parse', '}', 'SyntaxError'],
  ])('fails when the worker %s', async (_, source, words) => {
    const { client, onFault } = clientOf(source)
    const patience = source.includes('setInterval') ? 50 : 20_000
    const expected = failure('worker-start', new RegExp(words))
    await expect(boot(client, patience)).rejects.toEqual(expected)
    expect(onFault).toHaveBeenCalledExactlyOnceWith(expected)
    await expect(client.api.memory()).rejects.toEqual(expected)
  })

  it('fails with the reason that the worker gives', async () => {
    const record = { name: 'GradloomError', message: 'full', code: 'out-of-memory' }
    const notice = JSON.stringify({ kind: 'fault', error: record })
    const { client } = clientOf(`parentPort.postMessage(${notice})`)
    await expect(boot(client)).rejects.toEqual(failure('out-of-memory', /^full$/m))
  })
})

describe('calls under way', () => {
  it.each([
    ['throws where nobody catches it', 'setTimeout(() => { throw new Error("late") })', /late/],
    ['rejects where nobody waits', 'Promise.reject(new Error("lost"))', /lost/],
    ['exits', 'process.exit(1)', /exited with code 1/],
    ['runs out of heap', 'const all = []; for (;;) all.push(new Array(1e4).fill({}))', /memory/i],
  ])('reject when the worker %s', async (_, source, words) => {
    const { client, onFault } = clientOf(`boot(() => { ${source} })`)
    await boot(client)
    const calls = [client.api.memory(), client.api.createSession()]
    const expected = failure('worker-died', words)
    for (const call of calls) await expect(call).rejects.toEqual(expected)
    expect(onFault).toHaveBeenCalledExactlyOnceWith(expected)
  })

  it('reject when the worker is ended from outside', async () => {
    const { client, worker } = clientOf('boot(() => { for (;;); })')
    await boot(client)
    const call = expect(client.api.memory()).rejects.toEqual(failure('worker-died', /lost/))
    await worker.terminate()
    await call
  })

  it('reject with the reason of a stop, and nobody is told of a fault', async () => {
    const { client, onFault } = clientOf('boot(() => {})')
    await boot(client)
    const reason = new GradloomError('disposed', 'over')
    const call = expect(client.api.memory()).rejects.toBe(reason)
    await client.stop(reason)
    await call
    await expect(client.api.memory()).rejects.toBe(reason)
    expect(onFault).not.toHaveBeenCalled()
  })

  it('reject when their arguments cannot be sent', async () => {
    const { client } = clientOf('boot(() => {})')
    await boot(client)
    const wire = { not: () => 'data' } as unknown as Uint8Array
    await expect(client.api.load(1, wire)).rejects.toThrow(/could not be cloned/)
  })
})
