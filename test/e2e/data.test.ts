// Chained datasets through the public API: what fit, evaluate and predict make of them.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dataset, init, layers, optimizers, sequential, shutdown, tensor } from '../../ts/index.ts'
import { classifier, clusters, hashOf, modes, numbers } from './support.ts'

const quiet = { verbose: 0 } as const
const { x, y } = clusters(96)

describe('a chained dataset', () => {
  beforeAll(() => init({ mode: 'inline' }))
  afterAll(() => shutdown())

  it('of samples trains like the arrays they are from', async () => {
    const options = { epochs: 2, batchSize: 20, shuffle: false, ...quiet } as const
    const [whole, chained] = [classifier(), classifier()]
    await whole.fit(x, y, options)
    const { params } = await chained.fit(dataset({ x, y }).batch(20), options)
    expect(params).toMatchObject({ steps: 5 })
    expect(await hashOf(chained)).toBe(await hashOf(whole))
  })

  it('is shuffled anew in each epoch, in the same way for the same seed', async () => {
    const trained = async (seed: number, reshuffle = true) => {
      const model = classifier()
      const data = dataset({ x, y }).shuffle({ seed, reshuffle }).batch(32)
      await model.fit(data, { epochs: 3, ...quiet })
      return hashOf(model)
    }
    expect(await trained(1)).toBe(await trained(1))
    expect(await trained(1)).not.toBe(await trained(2))
    expect(await trained(1)).not.toBe(await trained(1, false))
  })

  it('is evaluated and predicted like arrays', async () => {
    const model = classifier()
    const data = dataset({ x, y })
      .map((sample) => sample)
      .batch(32)
    expect(await model.evaluate(data)).toEqual(await model.evaluate(x, y))
    expect((await model.predict(data)).elements).toEqual((await model.predict(x)).elements)
  })

  it('that fails leaves the model as it was after the batches before', async () => {
    const model = classifier()
    const cause = new Error('unreadable')
    const data = dataset({ x, y }).map((sample, i) => {
      if (i === 40) throw cause
      return sample
    })
    await expect(model.fit(data.batch(20), quiet)).rejects.toMatchObject({ cause })
    const other = classifier()
    await other.fit(dataset({ x, y }).take(40).batch(20), quiet)
    expect(await hashOf(model)).toBe(await hashOf(other))
  })
})

describe('layers for images and categories', () => {
  const next = numbers(5)
  const pictures = tensor(
    Float32Array.from({ length: 24 * 36 }, () => 255 * next()),
    [24, 6, 6, 1],
  )
  const kinds = Int32Array.from({ length: 24 }, (_, i) => i % 3)

  /** Random draws, resampling and encodings, between weights that learn. */
  const trained = async () => {
    const model = sequential([
      layers.randomFlip({ inputShape: [6, 6, 1] }),
      layers.randomRotation({ factor: 0.1 }),
      layers.randomTranslation({ heightFactor: 0.2, widthFactor: 0.2, fillMode: 'constant' }),
      layers.randomZoom({ heightFactor: 0.2 }),
      layers.randomBrightness({ factor: 0.1 }),
      layers.randomContrast({ factor: 0.2 }),
      layers.randomCrop({ height: 5, width: 5 }),
      layers.resizing({ height: 4, width: 3, interpolation: 'bicubic' }),
      layers.flatten(),
      layers.rescaling({ scale: 1 / 255 }),
      layers.dense({ units: 8, activation: 'relu' }),
      layers.dense({ units: 3, activation: 'softmax' }),
    ])
    model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', seed: 3 })
    await model.fit(pictures, kinds, { epochs: 2, batchSize: 8, shards: 2, ...quiet })
    const sizes = (await model.predict(pictures)).shape
    return { hash: await hashOf(model), sizes }
  }

  it('give the same bits in every mode', async () => {
    const found: unknown[] = []
    for (const [, options] of modes) {
      await init(options)
      try {
        found.push(await trained())
      } finally {
        await shutdown()
      }
    }
    expect(found).toEqual(Array(modes.length).fill({ ...(found[0] as object), sizes: [24, 3] }))
  })

  it('learn from bins inside a model', async () => {
    await init({ mode: 'inline' })
    try {
      const bins = layers.discretization({ numBins: 4, outputMode: 'oneHot', inputShape: [1] })
      const x = tensor(
        Float32Array.from({ length: 64 }, (_, i) => i),
        [64, 1],
      )
      const y = Float32Array.from({ length: 64 }, (_, i) => [1, -1, 2, 0][i >> 4] as number)
      bins.adapt(x)
      const model = sequential([bins, layers.dense({ units: 1 })])
      const optimizer = optimizers.adam({ learningRate: 0.1 })
      model.compile({ optimizer, loss: 'meanSquaredError', seed: 1 })
      await model.fit(x, y, { epochs: 60, batchSize: 16, ...quiet })
      // Bins of 15, 16, 16 and 17 numbers, as Keras learns them: three numbers fall into another one.
      // A line would be left with 1.2.
      expect((await model.evaluate(x, y)).loss).toBeLessThan(0.3)
    } finally {
      await shutdown()
    }
  })
})
