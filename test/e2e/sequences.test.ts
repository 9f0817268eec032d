// Models of sequences from end to end: layers inside layers come back from files, an encoder hands
// its states to a decoder, a stateful layer goes on from batch to batch.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import {
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

it('a stateful layer remembers the batch before', async () => {
  const made = sequential([
    layers.gru({ units: 6, stateful: true, batchSize: 4, inputShape: [2, 1] }),
    layers.dense({ units: 1 }),
  ])
  made.compile({ optimizer: 'sgd', loss: 'meanSquaredError' })
  const x = tensor(
    Float32Array.from({ length: 16 }, (_, i) => Math.sin(i)),
    [8, 2, 1],
  )
  const options = { batchSize: 4, shuffle: false, ...quiet }
  const fresh = await made.predict(x, { batchSize: 4 })
  await made.fit(x, tensor(new Float32Array(8), [8, 1]), options)
  const [state] = await made.getWeights()
  expect(state?.shape).toEqual([4, 6])
  expect(state?.elements.every((value) => value !== 0)).toBe(true)
  const [layer] = made.layers
  ;(layer as ReturnType<typeof layers.gru>).resetStates()
  const after = await made.predict(x, { batchSize: 4 })
  expect((await made.getWeights())[0]?.elements.every((value) => value === 0)).toBe(true)
  expect(after.elements).not.toEqual(fresh.elements)
})
