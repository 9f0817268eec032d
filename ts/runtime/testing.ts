// Pools and programs for the tests of this folder: the real core on real workers, made as `init`
// makes them. Not part of the package.

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Worker } from 'node:worker_threads'
import { Graph, type Program, type SymbolicTensor } from '../graph.ts'
import { matmul } from '../ops.ts'
import * as platform from '../platform/current.ts'
import { handleOf } from '../platform/node.ts'
import type { Platform } from '../platform/platform.ts'
import type { Shape } from '../shape.ts'
import { Variable } from '../variable.ts'
import { setCore } from './core.ts'
import { choose, detect, type Wishes } from './features.ts'
import { makeCore, makeMemory } from './instance.ts'
import { Pool, type PoolParts } from './pool.ts'
import { PoolSession } from './pool-session.ts'
import type { SessionOptions } from './session.ts'

const features = detect(platform.environment())
const GIB = 2 ** 30

setFlagsFromString('--expose-gc')

export const collectGarbage = runInNewContext('gc') as () => void

/** The calling thread's own instance of the core, to describe graphs with. */
export const useCore = async (): Promise<void> => {
  const module = await platform.loadModule('simd')
  setCore(makeCore(module, makeMemory(GIB, false)))
}

/** A platform whose workers can be got at from outside. */
export const watched = (): { platform: Platform; workers: Worker[] } => {
  const workers: Worker[] = []
  const file = new URL('../../dist/node/worker.js', import.meta.url)
  const spawn = () => {
    const worker = new Worker(file)
    workers.push(worker)
    return handleOf(worker)
  }
  return { platform: { ...platform, spawn }, workers }
}

/** A pool as `init` makes it. Stop it in the end. */
export const poolOf = (wishes: Wishes, parts: Partial<PoolParts> = {}): Pool =>
  new Pool({
    platform,
    features,
    choice: choose(features, wishes),
    fallBack: false,
    memoryLimit: GIB,
    startTimeoutMs: 20_000,
    ...parts,
  })

export const sessionOf = (pool: Pool, options: SessionOptions = {}): PoolSession =>
  new PoolSession(() => pool, options)

/** A variable that starts with zeros. */
export const variable = (name: string, shape: Shape, dtype: 'float32' | 'int32' = 'float32') =>
  new Variable({
    name,
    shape,
    dtype,
    initialize: (s, draw) => draw.graph.fill(0, s),
  })

export const describeProgram = (describe: (graph: Graph) => void): Program => {
  const graph = new Graph()
  describe(graph)
  return graph.finish()
}

/** sum ← sum + x; outputs sum. Each step takes its own x. */
export const running = (sum: Variable): Program =>
  describeProgram((graph) => {
    const x = graph.input('x', 'float32', sum.shape)
    const next = graph.apply('add', [graph.state(sum), x])
    graph.assign(sum, next)
    graph.output('sum', next)
  })

/** Feeds of `running`: 1, 2, 3 … */
export const counting = (steps: number, size: number) => ({
  x: { data: Float32Array.from({ length: steps * size }, (_, i) => i + 1), perStep: true },
})

/** w ← w·w, slow: [n, n]. Splits over threads. */
export const squaring = (w: Variable): Program =>
  describeProgram((graph) => {
    const before = graph.state(w)
    const product: SymbolicTensor = matmul(before, before)
    graph.assign(w, product)
    graph.output('first', graph.apply('sumTo', [product], [1, 1]))
  })
