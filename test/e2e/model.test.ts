// What a model tells of itself: summary, sizes, cost; and what it holds.

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { init, layers, type Model, sequential, shutdown, tensor } from '../../ts/index.ts'
import { refusal } from '../../ts/testing/refusal.ts'
import { classifier, clusters, hashOf } from './support.ts'

const { x, y } = clusters(50)

beforeAll(() => init())
afterAll(() => shutdown())

describe('summary', () => {
  it('is a table of the layers, printed unless it is not wanted', () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {})
    const model = classifier()
    const table = model.summary()
    expect(log).toHaveBeenCalledExactlyOnceWith(table)
    expect(table.split('\n')).toEqual([
      'Model: "sequential"',
      '┏━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━┳━━━━━━━━━┓',
      '┃ Layer (type)      ┃ Output Shape ┃ Param # ┃',
      '┡━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━╇━━━━━━━━━┩',
      '│ dense (dense)     │ [batch, 16]  │      48 │',
      '├───────────────────┼──────────────┼─────────┤',
      '│ dropout (dropout) │ [batch, 16]  │       0 │',
      '├───────────────────┼──────────────┼─────────┤',
      '│ dense_1 (dense)   │ [batch, 3]   │      51 │',
      '└───────────────────┴──────────────┴─────────┘',
      ' Total params: 299 (1.17 KB)',
      ' Trainable params: 99 (396.00 B)',
      ' Non-trainable params: 0 (0.00 B)',
      ' Optimizer params: 200 (800.00 B)',
    ])
    model.summary({ print: false })
    expect(log).toHaveBeenCalledTimes(1)
    const lines: string[] = []
    model.summary({ print: (text) => lines.push(text) })
    expect(lines).toEqual([table])
    log.mockRestore()
  })

  it('tells what is not known yet', () => {
    const table = sequential([layers.dense({ units: 2 })], { name: 'open' }).summary({
      print: false,
    })
    expect(table).toMatch(/Model: "open".*dense \(dense\) │ \?.*not known yet/s)
  })
})

describe('weights', () => {
  it('are copies, in the order of the layers', async () => {
    const model = classifier()
    expect(model.countParams()).toBe(99)
    expect(model.variables.map(({ name }) => name)).toEqual(['kernel', 'bias', 'kernel', 'bias'])
    const weights = await model.getWeights()
    expect(weights.map(({ shape }) => shape)).toEqual([[2, 16], [16], [16, 3], [3]])
    const before = await hashOf(model)
    weights[0]?.elements.fill(7)
    expect(await hashOf(model)).toBe(before)
    await model.setWeights(weights)
    weights[0]?.elements.fill(8)
    expect((await model.getWeights())[0]?.elements).toEqual(new Float32Array(32).fill(7))
    const fresh = classifier()
    await fresh.setWeights(weights)
    weights[0]?.elements.fill(9)
    expect((await fresh.getWeights())[0]?.elements).toEqual(new Float32Array(32).fill(8))
  })

  it('start as their initializers say, from the seed of the model', async () => {
    const model = sequential([layers.dense({ units: 400, inputShape: [100] })])
    model.compile({ loss: 'mse', seed: 1 })
    const [kernel, bias] = (await model.getWeights()).map(({ elements }) => [...elements])
    const limit = Math.sqrt(6 / 500)
    expect(Math.max(...(kernel as number[]).map(Math.abs))).toBeLessThanOrEqual(limit)
    const variance = (kernel as number[]).reduce((sum, w) => sum + w * w, 0) / 40_000
    expect(variance / (limit ** 2 / 3)).toBeCloseTo(1, 1)
    expect(new Set(bias)).toEqual(new Set([0]))
  })

  it('stay when a model is compiled anew; what the optimizer kept does not', async () => {
    const model = classifier()
    await model.fit(x, y, { verbose: 0 })
    const before = await hashOf(model)
    model.compile({ optimizer: 'sgd', loss: 'sparseCategoricalCrossentropy' })
    expect(await hashOf(model)).toBe(before)
    expect(model.summary({ print: false })).toContain('Optimizer params: 0')
    await model.fit(x, y, { verbose: 0 })
    expect(await hashOf(model)).not.toBe(before)
  })
})

describe('cost', () => {
  it('counts operations and memory, and takes the time, without touching the weights', async () => {
    const model = sequential([layers.dense({ units: 10, inputShape: [20] })])
    model.compile({ optimizer: 'adam', loss: 'mse' })
    const before = await hashOf(model)
    const cost = await model.cost({ batchSize: 8, samples: 80 })
    expect(await hashOf(model)).toBe(before)
    expect(model.step).toBe(0)
    expect(cost).toMatchObject({ parameters: 210, trainableParameters: 210 })
    expect(cost.flopsPerSample).toBeGreaterThanOrEqual(2 * 20 * 10)
    expect(cost.flopsPerSample).toBeLessThan(2.2 * 20 * 10 + 50)
    expect(cost.flopsPerStep).toBeGreaterThanOrEqual(8 * 2 * 2 * 20 * 10)
    const { arena, weights, slots, total } = cost.bytes
    expect([weights, slots]).toEqual([4 * 210, 4 * 422])
    expect(total).toBe(arena + weights + slots)
    expect(cost.msPerStep).toBeGreaterThan(0)
    expect(cost.secondsPerEpoch).toBeCloseTo(((cost.msPerStep as number) * 10) / 1000, 9)
    const counted = await model.cost({ measure: false })
    expect(Object.keys(counted)).not.toContain('msPerStep')
  })
})

describe('dispose', () => {
  it('is what `using` calls', () => {
    let kept: Model
    {
      using model = classifier()
      kept = model
    }
    expect(() => kept.compile({ loss: 'mse' })).toThrow(refusal('disposed', 'dispose()'))
    kept.dispose()
  })
})

describe('trainOnBatch', () => {
  it('trains one step with weights, and tells the loss before it', async () => {
    const model = sequential([layers.dense({ units: 1, useBias: false, inputShape: [1] })])
    model.compile({ optimizer: 'sgd', loss: 'mse', metrics: ['mae'] })
    await model.setWeights([tensor([[0]])])
    const options = { sampleWeight: tensor([1, 0]), classWeight: { 1: 2 } }
    const logs = await model.trainOnBatch(tensor([[1], [1]]), tensor([[1], [5]]), options)
    expect(logs).toEqual({ loss: (2 * 1) / 2, mae: 3 })
    // d loss / dw = 2·w₀·(0 − 1)·1 / 2 with w₀ = 2, and the rate is 0.01.
    expect((await model.getWeights())[0]?.elements[0]).toBeCloseTo(0.02, 7)
    expect(model.step).toBe(1)
  })
})
