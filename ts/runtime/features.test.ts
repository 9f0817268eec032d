// One row for each environment and wish.

import { describe, expect, it } from 'vitest'
import { environment } from '../platform/current.ts'
import {
  type Choice,
  choose,
  detect,
  type Features,
  type Wishes,
  withoutWorkers,
} from './features.ts'

const node: Features = {
  runtime: 'node',
  workers: true,
  sharedMemory: true,
  cpus: 8,
  fastCore: true,
  simd: true,
  relaxedSimd: true,
}
const isolated: Features = { ...node, runtime: 'browser' }
const page: Features = { ...isolated, sharedMemory: false }
const serviceWorker: Features = { ...page, workers: false }
const edge: Features = { ...serviceWorker, runtime: 'edge', cpus: 1, fastCore: false }

type Row = [
  name: string,
  features: Features,
  wishes: Wishes,
  choice: Partial<Choice>,
  reason: RegExp,
]

const rows: Row[] = [
  ['Node', node, {}, { mode: 'shared', variant: 'threads', threads: 8 }, /8 threads.*Node shares/],
  [
    'isolated page',
    isolated,
    {},
    { mode: 'shared', variant: 'threads' },
    /is cross-origin isolated/,
  ],
  ['plain page', page, {}, { mode: 'replica', variant: 'simd', threads: 8 }, /Opener-Policy/],
  ['Deno', { ...node, runtime: 'deno' }, {}, { mode: 'shared', variant: 'threads' }, /Deno shares/],
  ['Bun', { ...node, runtime: 'bun' }, {}, { mode: 'shared', variant: 'threads' }, /Bun shares/],
  [
    'service worker',
    serviceWorker,
    {},
    { mode: 'inline', variant: 'simd', threads: 1 },
    /no workers/,
  ],
  ['edge runtime', edge, {}, { mode: 'inline', variant: 'simd', threads: 1 }, /no workers/],
  [
    'fast in an edge runtime',
    edge,
    { numerics: 'fast' },
    { mode: 'inline', variant: 'simd', numerics: 'exact' },
    /shared memory only/,
  ],
  [
    'fast on an isolated page with the inlined build',
    { ...isolated, fastCore: false },
    { numerics: 'fast' },
    { variant: 'threads', numerics: 'exact' },
    /carries no core.*gradloom\/assets/,
  ],
  ['inline takes one thread', node, { mode: 'inline', threads: 4 }, { threads: 1 }, /asked for it/],
  ['one core', { ...node, cpus: 1 }, {}, { mode: 'shared', threads: 1 }, /^1 thread \(1 core\)/],
  ['no core count', { ...page, cpus: 0 }, {}, { mode: 'replica', threads: 1 }, /1 worker /],
  ['many cores', { ...node, cpus: 96 }, {}, { threads: 16 }, /96 cores/],
  ['threads asked for', node, { threads: 40 }, { threads: 40 }, /as asked/],
  ['mode auto', page, { mode: 'auto' }, { mode: 'replica' }, /not cross-origin isolated/],
  [
    'replicas in Node',
    node,
    { mode: 'replica', threads: 2 },
    { variant: 'simd', threads: 2 },
    /copy/,
  ],
  [
    'fast',
    node,
    { numerics: 'fast' },
    { variant: 'fast', numerics: 'fast' },
    /relaxed multiply-add/,
  ],
  [
    'fast on Node 20',
    { ...node, relaxedSimd: false },
    { numerics: 'fast' },
    { variant: 'threads', numerics: 'exact' },
    /no relaxed SIMD/,
  ],
  [
    'fast without isolation',
    page,
    { numerics: 'fast' },
    { variant: 'simd', numerics: 'exact' },
    /shared memory only/,
  ],
]

describe('choose', () => {
  it.each(rows)('%s', (_, features, wishes, choice, reason) => {
    const chosen = choose(features, wishes)
    expect(chosen).toMatchObject(choice)
    expect(chosen.reason).toMatch(reason)
  })

  it.each<[string, Features, Wishes, RegExp]>([
    ['no SIMD', { ...node, simd: false }, {}, /no WebAssembly SIMD/],
    ['shared on a plain page', page, { mode: 'shared' }, /mode 'shared' is not possible.*headers/],
    ['replicas without workers', edge, { mode: 'replica' }, /no workers/],
    ['shared memory in a service worker', serviceWorker, { mode: 'shared' }, /no workers/],
  ])('refuses: %s', (_, features, wishes, message) => {
    expect(() => choose(features, wishes)).toThrow(message)
    expect(() => choose(features, wishes)).toThrow(expect.objectContaining({ code: 'unsupported' }))
  })

  it('says why there are no workers', () => {
    const choice = withoutWorkers(page, 'refused')
    expect(choice).toMatchObject({ mode: 'inline', variant: 'simd', threads: 1 })
    expect(choice.reason).toMatch(/refused.*gradloom\/assets/)
  })
})

describe('detect', () => {
  it('finds SIMD, and relaxed SIMD from V8 11.4 (Node 21) on', () => {
    const features = detect(environment())
    expect(features.simd).toBe(true)
    expect(features.relaxedSimd).toBe(Number(process.versions.node.split('.')[0]) >= 21)
    expect(features).toMatchObject({ runtime: 'node', workers: true, sharedMemory: true })
    expect(features.cpus).toBeGreaterThan(0)
  })
})
