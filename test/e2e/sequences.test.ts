// Models of sequences from end to end: layers inside layers come back from files, an encoder hands
// its states to a decoder, a stateful layer goes on from batch to batch.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type InitOptions,
  init,
  input,
  layers,
  loadModel,
  model,
  optimizers,
  sequential,
  shutdown,
  tensor,
} from '../../ts/index.ts'
import { deviation, type Recorded, reference } from '../../ts/testing/reference.ts'
import { hashOf, numbers } from './support.ts'

const quiet = { verbose: 0 } as const
let directory: string

beforeAll(async () => {
  await init()
  directory = await mkdtemp(join(tmpdir(), 'gradloom-'))
})
afterAll(async () => {
  await shutdown()
  await rm(directory, { recursive: true })
})

/** Tokens 1 … 9 and padding; y: whether the first is larger than 5. */
const sentences = (samples: number, length: number) => {
  const next = numbers(5)
  const x = Int32Array.from({ length: samples * length }, (_, i) =>
    i % length < 3 || next() < 0.6 ? 1 + Math.floor(9 * next()) : 0,
  )
  const y = Float32Array.from({ length: samples }, (_, i) => Number((x[i * length] ?? 0) > 5))
  return { x: tensor(x, [samples, length]), y: tensor(y, [samples, 1]) }
}

it('layers inside layers are saved, loaded and trained on', async () => {
  const { x, y } = sentences(64, 7)
  const made = sequential([
    layers.input({ shape: [7], dtype: 'int32' }),
    layers.embedding({ inputDim: 10, outputDim: 4, maskZero: true }),
    layers.bidirectional({ layer: layers.lstm({ units: 5, returnSequences: true }) }),
    layers.timeDistributed({ layer: layers.dense({ units: 3, activation: 'relu' }) }),
    layers.rnn({
      cell: [layers.gruCell({ units: 4, dropout: 0.1 }), layers.lstmCell({ units: 3 })],
    }),
    layers.dense({ units: 1, activation: 'sigmoid' }),
  ])
  const optimizer = optimizers.adam({ learningRate: 0.02 })
  made.compile({ optimizer, loss: 'binaryCrossentropy', metrics: ['accuracy'], seed: 2 })
  const { history } = await made.fit(x, y, { epochs: 12, batchSize: 16, ...quiet })
  expect(history.loss?.at(-1)).toBeLessThan(0.6 * (history.loss?.[0] as number))
  const file = join(directory, 'sequences.safetensors')
  await made.save(file)
  const loaded = await loadModel(file)
  expect((await loaded.predict(x)).elements).toEqual((await made.predict(x)).elements)
  for (const one of [made, loaded]) await one.fit(x, y, { epochs: 13, batchSize: 16, ...quiet })
  expect(await hashOf(loaded)).toBe(await hashOf(made))
})

it('an encoder hands its states to a decoder, and both are trained', async () => {
  const next = numbers(8)
  const given = Float32Array.from({ length: 48 * 5 * 2 }, () => next() - 0.5)
  const source = input({ shape: [5, 2] })
  const target = input({ shape: [4, 2] })
  const encoder = layers.lstm({ units: 8, returnState: true, name: 'encoder' })
  const [, h, c] = encoder.apply(source)
  const decoder = layers.lstm({ units: 8, returnSequences: true })
  const y = layers.dense({ units: 2 }).apply(decoder.apply([target, h as never, c as never]))
  const made = model({ inputs: [source, target], outputs: y })
  made.compile({ optimizer: optimizers.adam({ learningRate: 0.02 }), loss: 'meanSquaredError' })
  const x = tensor(given, [48, 5, 2])
  const zeros = tensor(new Float32Array(48 * 4 * 2), [48, 4, 2])
  // The decoder sees nothing: what it says about the input can come through the states only.
  const wanted = tensor(
    Float32Array.from({ length: 48 * 8 }, (_, i) => given[Math.floor(i / 8) * 10 + (i % 8)] ?? 0),
    [48, 4, 2],
  )
  const { history } = await made.fit([x, zeros] as never, wanted, { epochs: 60, ...quiet })
  expect(history.loss?.at(-1)).toBeLessThan(0.6 * (history.loss?.[0] as number))
})

const recorded = reference<{
  batchSize: number
  calls: readonly ('predict' | 'evaluate' | 'reset')[]
  x: Recorded
  y: Recorded
  cases: readonly {
    layer: 'simpleRNN' | 'gru' | 'lstm' | 'bidirectional'
    weights: readonly Recorded[]
    results: readonly (readonly number[])[]
  }[]
}>('stateful')

describe('a stateful layer remembers the batch before, in every call, as in Keras', () => {
  const floats = ({ shape, data }: Recorded) => tensor(Float32Array.from(data), shape)
  const { batchSize } = recorded

  it.each(recorded.cases)('$layer', async ({ layer, weights, results }) => {
    const options = { units: 3, stateful: true, batchSize }
    const inputShape = [3, 5]
    const first = {
      simpleRNN: () => layers.simpleRNN({ ...options, inputShape }),
      gru: () => layers.gru({ ...options, inputShape }),
      lstm: () => layers.lstm({ ...options, inputShape }),
      bidirectional: () => layers.bidirectional({ layer: layers.gru(options), inputShape }),
    }[layer]()
    const made = sequential([first, layers.dense({ units: 1 })] as never)
    made.compile({ optimizer: optimizers.sgd({ learningRate: 0.1 }), loss: 'meanSquaredError' })
    let at = 0
    const isState = ({ shape }: { shape: readonly number[] }) => `${shape}` === `${batchSize},3`
    const own = await made.getWeights()
    await made.setWeights(own.map((w) => (isState(w) ? w : floats(weights[at++] as Recorded))))
    const [x, y] = [floats(recorded.x), floats(recorded.y)]
    const calls = {
      predict: async () => (await made.predict(x, { batchSize })).elements,
      evaluate: async () => [(await made.evaluate(x, y, { batchSize })).loss as number],
      reset: async () => first.resetStates() ?? [],
    }
    for (const [i, call] of recorded.calls.entries()) {
      expect(deviation(await calls[call](), results[i] as number[]), `${i}: ${call}`).toBeLessThan(
        1e-5,
      )
    }
    first.resetStates()
    await made.fit(x, y, { batchSize, shuffle: false, ...quiet })
    const states = (await made.getWeights()).filter(isState)
    expect(states.length).toBeGreaterThan(0)
    for (const { elements } of states) expect(elements.every((value) => value !== 0)).toBe(true)
  })
})

describe('a batch that is predicted at once leaves its states in all workers', () => {
  const x = tensor(Float32Array.from({ length: 4 * 3 * 5 }, numbers(9)), [4, 3, 5])

  const twoBatches = async (options: InitOptions): Promise<number[]> => {
    await shutdown()
    await init({ ...options, seed: 5 })
    const made = sequential([
      layers.lstm({ units: 3, stateful: true, batchSize: 2, inputShape: [3, 5] }),
    ] as never)
    await made.predict(x.rows(0, 2), { batchSize: 2 })
    return [...(await made.predict(x, { batchSize: 2 })).elements]
  }

  afterAll(async () => {
    await shutdown()
    await init({ threads: 1 })
  })

  it('as many replicas as one thread', async () => {
    const wanted = await twoBatches({ mode: 'inline' })
    expect(await twoBatches({ mode: 'replica', threads: 2 })).toEqual(wanted)
  })
})
