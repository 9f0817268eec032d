// The same seed gives the same bits: at any number of threads, in every mode, in a newer Node. The expected
// hashes are in `expected.json`: a change of numerics shows there. (Chromium: `test/browser`.)

import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import * as gradloom from '../../ts/index.ts'
import expected from './expected.json' with { type: 'json' }
import { newerNode } from './newer-node.ts'
import { trainedBits } from './train.mjs'

const run = promisify(execFile)
const child = fileURLToPath(new URL('child.mjs', import.meta.url))

const shared = (threads: number): gradloom.InitOptions => ({ mode: 'shared', threads })
const replicas = (threads: number): gradloom.InitOptions => ({ mode: 'replica', threads })
const inline: gradloom.InitOptions = { mode: 'inline' }

const cases: readonly [string, gradloom.InitOptions, 1 | 2][] = [
  ...[1, 2, 3, 4].map((n) => [`${n} threads`, shared(n), 1] as const),
  ['inline', inline, 1],
  ['one replica', replicas(1), 1],
  ['two replicas, two shards', replicas(2), 2],
  ['two threads, two shards', shared(2), 2],
  ['inline, two shards', inline, 2],
].map((each) => [...each] as [string, gradloom.InitOptions, 1 | 2])

describe('the same bits', () => {
  it.each(cases)('%s', async (_, options, shards) => {
    const { mode, threads, sha256 } = await trainedBits(gradloom, options, shards)
    expect(mode).toBe(options.mode)
    if (options.threads) expect(threads).toBe(options.threads)
    expect(sha256).toBe(expected[`shards: ${shards}`])
  })

  it.each(cases)('of recurrent layers, %s', async (_, options, shards) => {
    const { mode, sha256, loss } = await trainedBits(gradloom, options, shards, 'recurrent')
    expect(mode).toBe(options.mode)
    expect(sha256).toBe(expected[`recurrent, shards: ${shards}`])
    expect(loss.at(-1)).toBeLessThan((loss[0] as number) * 0.95)
  })

  it.each([
    ['2 threads', shared(2), 1],
    ['two replicas, two shards', replicas(2), 2],
  ] as const)('a newer Node: %s', { timeout: 180_000 }, async (_, options, shards) => {
    const program = await newerNode()
    const { stdout } = await run(program, [child, JSON.stringify(options), String(shards)])
    const version = (await run(program, ['--version'])).stdout
    expect(Number.parseInt(version.slice(1), 10)).toBeGreaterThan(20)
    expect(JSON.parse(stdout).sha256).toBe(expected[`shards: ${shards}`])
  })

  it.each(cases)(
    'an attention block with batch norm and dropout: %s',
    async (_, options, shards) => {
      const { mode, sha256, loss } = await trainedBits(gradloom, options, shards, 'attention')
      expect(mode).toBe(options.mode)
      expect(sha256).toBe(expected[`attention, shards: ${shards}`])
      expect(loss.at(-1)).toBeLessThan((loss[0] as number) * 0.95)
    },
  )

  it.each(cases)('a convnet with batch norm and dropout: %s', async (_, options, shards) => {
    const { mode, sha256, loss } = await trainedBits(gradloom, options, shards, 'convnet')
    expect(mode).toBe(options.mode)
    expect(sha256).toBe(expected[`convnet, shards: ${shards}`])
    expect(loss.at(-1)).toBeLessThan((loss[0] as number) * 0.9)
  })

  it('learns something, so that the bits are worth comparing', async () => {
    const { loss } = await trainedBits(gradloom, shared(2), 1)
    expect(loss.at(-1)).toBeLessThan((loss[0] as number) * 0.9)
  })
})
