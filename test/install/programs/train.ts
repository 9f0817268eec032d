// The model of the install tests: small, fixed, the same bits everywhere. In two shards, so that
// replicas, threads and a single thread must agree. `options` are those of `init`.

import {
  type Callback,
  type InitOptions,
  info,
  init,
  layers,
  sequential,
  shutdown,
  tensor,
} from 'gradloom'

const SAMPLES = 96
const FEATURES = 16
const CLASSES = 4

/** Whole numbers that every engine computes alike: Park & Miller's generator (1988). */
const generator = (seed: number) => {
  let state = seed
  return (): number => {
    state = (state * 48271) % 2147483647
    return state
  }
}

const samples = () => {
  const next = generator(2026)
  const x = Float32Array.from({ length: SAMPLES * FEATURES }, () => (next() % 2001) / 1000 - 1)
  const y = Int32Array.from({ length: SAMPLES }, (_, i) => {
    const row = x.subarray(i * FEATURES, i * FEATURES + CLASSES)
    return row.indexOf(Math.max(...row))
  })
  return { x: tensor(x, [SAMPLES, FEATURES]), y: tensor(y) }
}

const hashOf = async (arrays: ArrayLike<number>[]): Promise<string> => {
  const parts = arrays.map((elements) => new Uint8Array(Float32Array.from(elements).buffer))
  const digest = await crypto.subtle.digest('SHA-256', await new Blob(parts).arrayBuffer())
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

interface Manner {
  callbacks?: Callback[]
  /** The workers stay, for the next one. */
  keep?: boolean
}

export const train = async (options: InitOptions = {}, { callbacks = [], keep }: Manner = {}) => {
  await init({ threads: 2, ...options })
  const model = sequential([
    layers.dense({ units: 48, activation: 'gelu', inputShape: [FEATURES] }),
    layers.dropout({ rate: 0.2 }),
    layers.dense({ units: CLASSES, activation: 'softmax' }),
  ])
  model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', seed: 4 })
  const { x, y } = samples()
  await model.fit(x, y, { epochs: 4, batchSize: 20, shards: 2, callbacks, verbose: 0 })
  const sha256 = await hashOf((await model.getWeights()).map(({ elements }) => elements))
  const { mode, reason, threads } = info()
  if (!keep) await shutdown()
  return { mode, reason, threads, sha256 }
}
