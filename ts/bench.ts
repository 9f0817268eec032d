// What `bench/` needs of the inside: one product, run many times in the workers. Not part of the
// public API; built as dist/node/bench.js.

import { Graph, type Program } from './graph.ts'
import { init } from './init.ts'
import * as ops from './ops.ts'
import { createSession } from './runtime/pool-session.ts'
import type { Session } from './runtime/session.ts'
import { Variable } from './variable.ts'

export interface Product {
  readonly m: number
  readonly n: number
  readonly k: number
  readonly ta: boolean
  readonly tb: boolean
  /** Products of a run; absent or 1: one, of rank 2. */
  readonly batch?: number
  readonly threads: number
  readonly repeats: number
}

interface Prepared {
  readonly session: Session
  readonly program: Program
}

const prepared = new Map<string, Promise<Prepared>>()

const variable = (name: string, shape: readonly number[]): Variable =>
  new Variable({ name, shape, initialize: (shape, { graph }) => graph.fill(0, shape) })

/** c = op(a)·op(b) as a program; a, b: [batch?, rows, columns] as they are stored. */
const prepare = async ({ m, n, k, ta, tb, batch = 1 }: Product): Promise<Prepared> => {
  const lead = batch === 1 ? [] : [batch]
  const a = variable('a', [...lead, ...(ta ? [k, m] : [m, k])])
  const b = variable('b', [...lead, ...(tb ? [n, k] : [k, n])])
  const c = variable('c', [...lead, m, n])
  const graph = new Graph()
  graph.assign(c, ops.matmul(graph.state(a), graph.state(b), ta, tb))
  const session = createSession({ restore: async () => {} })
  for (const [v, size] of [
    [a, batch * m * k],
    [b, batch * k * n],
  ] as const) {
    await session.write(
      v,
      Float32Array.from({ length: size }, (_, i) => Math.sin(i)),
    )
  }
  return { session, program: graph.finish() }
}

/** Seconds that `repeats` products took. */
export const gemm = async (product: Product): Promise<number> => {
  await init({ threads: product.threads, mode: 'shared' })
  const key = JSON.stringify({ ...product, repeats: 0 })
  const ready = prepared.get(key) ?? prepare(product)
  prepared.set(key, ready)
  const { session, program } = await ready
  const start = performance.now()
  await session.run({ steps: product.repeats, stages: [{ program, feeds: {} }] })
  return (performance.now() - start) / 1000
}
