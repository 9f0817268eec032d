// Convolutional networks through the public API: they learn what only their windows can see, and their
// weights have the same bits however the work is divided.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { init, layers, type Model, sequential, shutdown, tensor } from '../../ts/index.ts'
import { hashOf, modes, numbers } from './support.ts'

const SIDE = 10
const STEPS = [SIDE, 1, SIDE + 1] as const

/** Images with noise and, anywhere, a lying, standing or slanted line. x: [N, 10, 10, 1], y: i32 [N] */
const lines = (samples: number, seed: number) => {
  const next = numbers(seed)
  const x = new Float32Array(samples * SIDE * SIDE)
  const y = new Int32Array(samples)
  for (let i = 0; i < samples; i++) {
    const image = x.subarray(i * SIDE * SIDE, (i + 1) * SIDE * SIDE)
    image.forEach((_, at) => {
      image[at] = 0.3 * next()
    })
    const label = Math.floor(next() * STEPS.length)
    const corner = () => Math.floor(next() * (SIDE - 5))
    const start = corner() * SIDE + corner()
    for (let j = 0; j < 5; j++) image[start + j * (STEPS[label] as number)] = 1
    y[i] = label
  }
  return { x: tensor(x, [samples, SIDE, SIDE, 1]), y: tensor(y) }
}

/** A convolution with stride, one by channel, one back, and poolings. */
const convnet = (): Model => {
  const model = sequential([
    layers.conv2d({
      filters: 8,
      kernelSize: 3,
      padding: 'same',
      activation: 'relu',
      inputShape: [SIDE, SIDE, 1],
    }),
    layers.maxPooling2d(),
    layers.separableConv2d({ filters: 12, kernelSize: 3, activation: 'relu' }),
    layers.conv2dTranspose({ filters: 8, kernelSize: 2, strides: 2, activation: 'relu' }),
    layers.averagePooling2d({ poolSize: 3, strides: 2, padding: 'same' }),
    layers.globalMaxPooling2d(),
    layers.dense({ units: 3, activation: 'softmax' }),
  ])
  const loss = 'sparseCategoricalCrossentropy'
  model.compile({ optimizer: 'adam', loss, metrics: ['accuracy'], seed: 5 })
  return model
}

const train = lines(384, 1)
const held = lines(90, 2)

describe('a convolutional network', () => {
  beforeAll(() => init({ mode: 'shared', threads: 2 }))
  afterAll(() => shutdown())

  it('tells lines apart, wherever they are', async () => {
    const model = convnet()
    await model.fit(train.x, train.y, { epochs: 25, batchSize: 16, verbose: 0 })
    const { accuracy } = await model.evaluate(held.x, held.y)
    expect(accuracy).toBeGreaterThan(0.95)
  })
})

describe('the same bits of convolutions and poolings', () => {
  afterAll(() => shutdown())

  it('at any number of threads', async () => {
    const hashes = new Set<string>()
    const ways = [...modes.filter(([name]) => !name.startsWith('replica')).map(([, way]) => way)]
    for (const way of [...ways, { mode: 'shared', threads: 3 } as const]) {
      await init(way)
      const model = convnet()
      await model.fit(train.x, train.y, { epochs: 1, batchSize: 48, verbose: 0 })
      hashes.add(await hashOf(model))
      await shutdown()
    }
    expect(hashes.size).toBe(1)
  })
})
