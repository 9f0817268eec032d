// What the end-to-end tests share: small problems that can be learned, hashes of weights, and workers that
// can be killed.

import { createHash } from 'node:crypto'
import type { Worker } from 'node:worker_threads'
import { type InitOptions, init, layers, type Model, sequential, tensor } from '../../ts/index.ts'
import { choose, detect } from '../../ts/runtime/features.ts'
import { currentPool, Pool, setPool } from '../../ts/runtime/pool.ts'
import { watched } from '../../ts/runtime/testing.ts'

/** The ways to run, all of which must do the same. */
export const modes: readonly [string, InitOptions][] = [
  ['shared, 1 thread', { mode: 'shared', threads: 1 }],
  ['shared, 2 threads', { mode: 'shared', threads: 2 }],
  ['replica, 2 workers', { mode: 'replica', threads: 2 }],
  ['inline', { mode: 'inline' }],
]

/** Numbers in [0, 1) that are the same everywhere: Park & Miller's generator (1988). */
export const numbers = (seed: number): (() => number) => {
  let state = seed
  return () => {
    state = (state * 48271) % 2147483647
    return (state - 1) / 2147483646
  }
}

/** Three classes of points around corners of a square. x: [N, 2], y: i32 [N] */
export const clusters = (samples: number, seed = 1) => {
  const next = numbers(seed)
  const corners = [
    [0, 0],
    [1, 0],
    [0, 1],
  ] as const
  const x = new Float32Array(2 * samples)
  const y = new Int32Array(samples)
  for (let i = 0; i < samples; i++) {
    const label = Math.floor(next() * 3)
    const corner = corners[label] as readonly [number, number]
    y[i] = label
    x[2 * i] = corner[0] + 0.5 * (next() - 0.5)
    x[2 * i + 1] = corner[1] + 0.5 * (next() - 0.5)
  }
  return { x: tensor(x, [samples, 2]), y: tensor(y) }
}

/** A classifier of `clusters` with dropout, compiled. */
export const classifier = (seed = 3): Model => {
  const model = sequential([
    layers.dense({ units: 16, activation: 'relu', inputShape: [2] }),
    layers.dropout({ rate: 0.2 }),
    layers.dense({ units: 3, activation: 'softmax' }),
  ])
  model.compile({
    optimizer: 'adam',
    loss: 'sparseCategoricalCrossentropy',
    metrics: ['accuracy'],
    seed,
  })
  return model
}

/** SHA-256 of all weights. */
export const hashOf = async (model: Model): Promise<string> => {
  const hash = createHash('sha256')
  for (const { elements } of await model.getWeights()) {
    hash.update(new Uint8Array(elements.buffer, elements.byteOffset, elements.byteLength))
  }
  return hash.digest('hex')
}

/** As `init`, with the workers at hand. */
export const initWatched = async (options: InitOptions): Promise<Worker[]> => {
  await init(options)
  await currentPool().stop()
  const { platform, workers } = watched()
  const features = detect(platform.environment())
  setPool(
    new Pool({
      platform,
      features,
      choice: choose(features, options),
      fallBack: false,
      memoryLimit: options.memoryLimit ?? 2 ** 30,
      startTimeoutMs: 20_000,
    }),
  )
  return workers
}
