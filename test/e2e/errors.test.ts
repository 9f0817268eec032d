// Bad input: every mistake is a typed error that names what is wrong and the fix, and loses nothing.

import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import {
  callbacks,
  dataset,
  init,
  layers,
  loadModel,
  type Model,
  optimizers,
  schedules,
  sequential,
  shutdown,
  tensor,
} from '../../ts/index.ts'
import { refusal } from '../../ts/testing/refusal.ts'
import { classifier, clusters, hashOf } from './support.ts'

const quiet = { verbose: 0 } as const
const { x, y } = clusters(20)

describe('before init', () => {
  it('nothing can be described or loaded', async () => {
    const layer = layers.dense({ units: 1, inputShape: [1] })
    expect(() => sequential([layer])).toThrow(refusal('not-initialized', 'await init()'))
    await expect(loadModel('model.safetensors')).rejects.toThrow(refusal('not-initialized'))
  })
})

describe('a model', () => {
  beforeAll(() => init())
  afterAll(() => shutdown())
  afterEach(() => vi.restoreAllMocks())

  const rejects = (call: Promise<unknown>, ...expected: Parameters<typeof refusal>) =>
    expect(call).rejects.toThrow(refusal(...expected))

  /** Whatever went wrong before, the model can be trained. */
  const trains = async (model: Model): Promise<void> => {
    const { history } = await model.fit(x, y, quiet)
    expect(history.loss?.[0]).toBeGreaterThan(0)
  }

  it('refuses a loss that its output does not suit, and names the layer', () => {
    const model = sequential([layers.dense({ units: 1, inputShape: [2] })])
    const compile = () => model.compile({ loss: 'categoricalCrossentropy' })
    expect(compile).toThrow(refusal('shape', 'dense "dense"', '[batch, 1]', 'binaryCrossentropy'))
    model.compile({ loss: 'mse' })
  })

  it('refuses options that it does not know, with the nearest known name', async () => {
    const model = classifier()
    const misspelt = { epoch: 3 } as object
    await rejects(model.fit(x, y, misspelt), 'unknown-name', "'epoch'", "'epochs'")
    expect(() => model.compile({ loss: 'mse', metric: [] } as never)).toThrow(
      refusal('unknown-name', "'metrics'"),
    )
    expect(() => sequential([layers.flatten()], { nmae: 'a' } as never)).toThrow(
      refusal('unknown-name', "'name'"),
    )
    expect(() => layers.dense({ units: 1, activation: 'rleu' as never })).toThrow(
      refusal('unknown-name', "'relu'"),
    )
    await trains(model)
  })

  it('refuses data of another shape, and names the layer and both shapes', async () => {
    const model = classifier()
    const wide = tensor(new Float32Array(60), [20, 3])
    const expected = ['shape', 'dense "dense"', '[batch, 2]', '[20, 3]'] as const
    await rejects(model.fit(wide, y, quiet), ...expected)
    await rejects(model.predict(wide), ...expected)
    await rejects(model.evaluate(wide, y), ...expected)
    await rejects(model.trainOnBatch(wide, y), ...expected)
    await rejects(model.fit(x, y, { validationData: [wide, y], ...quiet }), ...expected)
    await rejects(model.predict(tensor([1, 2])), 'shape', 'add the batch axis')
    await trains(model)
  })

  it('refuses labels of another shape or length', async () => {
    const model = classifier()
    const rows = tensor(new Float32Array(60), [20, 3])
    await rejects(model.fit(x, rows, quiet), 'shape', 'y:', '[batch]', '[20, 3]', 'dense_1')
    await rejects(model.fit(x, y.rows(0, 7), quiet), 'shape', '7 samples', '20')
    await rejects(model.fit(x, undefined as never, quiet), 'argument', 'y is missing')
    const dense = sequential([layers.dense({ units: 3, activation: 'softmax', inputShape: [2] })])
    dense.compile({ loss: 'categoricalCrossentropy' })
    const call = dense.fit(x, y, quiet)
    await rejects(call, 'shape', '[batch, 3]', '[20]', 'oneHot', 'sparseCategoricalCrossentropy')
    await trains(model)
  })

  it('refuses labels that are no class', async () => {
    const model = classifier()
    const labels = y.elements.slice()
    labels[7] = 3
    await rejects(
      model.fit(x, tensor(labels), quiet),
      'label-range',
      'sample 7',
      '3',
      'from 0 to 2',
    )
    labels[7] = -1
    await rejects(model.evaluate(x, tensor(labels)), 'label-range', 'sample 7', '-1')
    await trains(model)
  })

  it('refuses data without samples', async () => {
    const model = classifier()
    const [nothing, none] = [tensor([], [0, 2]), tensor([], [0])]
    await rejects(model.fit(nothing, none, quiet), 'empty-data', 'x')
    await rejects(model.predict(nothing), 'empty-data', 'x')
    await rejects(model.evaluate(nothing, none), 'empty-data')
    const endless = async function* () {}
    await rejects(model.fit(endless, quiet), 'empty-data', 'no batch')
    await trains(model)
  })

  it('refuses splits that leave nothing', async () => {
    const model = classifier()
    const one = { validationSplit: 0.5, ...quiet }
    await rejects(model.fit(x.rows(0, 1), y.rows(0, 1), one), 'argument', 'validationSplit')
    await rejects(model.fit(x, y, { validationSplit: 1.5, ...quiet }), 'argument', '1.5')
    const both = { validationSplit: 0.5, validationData: [x, y], ...quiet } as const
    await rejects(model.fit(x, y, both), 'argument', 'validationData')
  })

  it('refuses numbers that make no sense', async () => {
    const model = classifier()
    await rejects(model.fit(x, y, { batchSize: 0 }), 'argument', 'batchSize', '0')
    await rejects(model.fit(x, y, { epochs: -1 }), 'argument', 'epochs', '-1')
    await rejects(model.fit(x, y, { shards: 0.5 }), 'argument', 'shards')
    await rejects(model.fit(x, y, { verbose: 3 as never }), 'argument', 'verbose')
    await rejects(model.fit(x, y, { callbacks: [null] as never }), 'argument', 'callbacks')
    await rejects(model.fit(x, y, { signal: {} as never }), 'argument', 'signal')
    await rejects(model.predict(x, { batchSize: 1.5 }), 'argument', 'batchSize')
    const weights = tensor([[1, 2]])
    await rejects(model.fit(x, y, { sampleWeight: weights }), 'shape', 'sampleWeight', '[1, 2]')
    await rejects(model.fit(x, y, { sampleWeight: [1, 2] }), 'shape', 'sampleWeight: 2 samples')
    const places = tensor(new Float32Array(3 * (x.shape[0] as number)), [x.shape[0] as number, 3])
    await rejects(model.fit(x, y, { sampleWeight: places }), 'shape', '[batch, 3]', '[batch]')
    await rejects(model.fit(x, y, { classWeight: { 0: Number.NaN } }), 'argument', 'classWeight')
  })

  it('refuses weights of another number or shape, and names the layer', async () => {
    const model = classifier()
    const before = await hashOf(model)
    const weights = await model.getWeights()
    await rejects(model.setWeights(weights.slice(1)), 'shape', '4 weights', 'dense/kernel [2, 16]')
    const [kernel, bias, ...rest] = weights as [never, never]
    const swapped = model.setWeights([bias, kernel, ...rest])
    await rejects(swapped, 'shape', 'dense "dense"', "'kernel'", '[2, 16]', '[16]')
    expect(await hashOf(model)).toBe(before)
  })

  it('needs a loss to train, and a shape to have weights', async () => {
    const model = sequential([layers.dense({ units: 1 })], { name: 'bare' })
    await rejects(model.fit(x, y, quiet), 'not-compiled', 'model "bare"', 'fit')
    await rejects(model.evaluate(x, y), 'not-compiled', 'evaluate')
    await rejects(model.trainOnBatch(x, y), 'not-compiled', 'trainOnBatch')
    await rejects(model.cost(), 'not-compiled', 'cost')
    expect(() => model.countParams()).toThrow(refusal('not-built', 'inputShape'))
    await rejects(model.setWeights([]), 'not-built', 'model.build')
    expect(await model.getWeights()).toEqual([])
    model.build([null, 2])
    expect(model.countParams()).toBe(3)
  })

  it('keeps streams and arrays apart', async () => {
    const model = classifier()
    const stream = async function* () {
      yield { x, y }
    }
    await rejects(model.fit(stream, { validationSplit: 0.5 }), 'argument', 'validationSplit')
    await rejects(model.fit(stream, { sampleWeight: [1] }), 'argument', 'sampleWeight')
    const weighted = { sampleWeight: [1], ...quiet }
    await rejects(model.fit(dataset({ x, y }), weighted), 'argument', 'sampleWeight')
    await rejects(model.evaluate(dataset({ x, y }), { sampleWeight: [1] }), 'argument', 'dataset')
    const unlabelled = async function* () {
      yield { x }
    }
    await rejects(model.fit(unlabelled, quiet), 'argument', 'y is missing')
    const failing = async function* () {
      yield { x, y }
      throw new Error('the disk is gone')
    }
    await rejects(model.fit(failing, quiet), 'argument', 'batch 1', 'the disk is gone')
    await trains(model)
  })

  it('lets no callback set a rate that a schedule sets', async () => {
    const model = classifier()
    const learningRate = schedules.exponentialDecay({
      initialLearningRate: 0.1,
      decaySteps: 10,
      decayRate: 0.9,
    })
    model.compile({
      optimizer: optimizers.sgd({ learningRate }),
      loss: 'sparseCategoricalCrossentropy',
    })
    const scheduler = callbacks.learningRateScheduler(() => 1)
    const call = model.fit(x, y, { callbacks: [scheduler], ...quiet })
    await rejects(call, 'argument', 'learningRate', "'exponentialDecay'")
  })

  it('passes on what a callback throws, and stays usable', async () => {
    const model = classifier()
    const odd = { onEpochEnd: () => Promise.reject(new Error('no such chart')) }
    await expect(model.fit(x, y, { callbacks: [odd], ...quiet })).rejects.toThrow('no such chart')
    await trains(model)
  })
})

describe('numbers that are not finite', () => {
  beforeAll(() => init())
  afterAll(() => shutdown())
  afterEach(() => vi.restoreAllMocks())

  const spoiled = () => {
    const elements = x.elements.slice() as Float32Array
    elements[15] = Number.NaN
    return tensor(elements, [20, 2])
  }

  it('are told once, with the sample that holds them', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const model = classifier()
    const { history } = await model.fit(spoiled(), y, { epochs: 3, batchSize: 4, ...quiet })
    expect(history.loss).toEqual([Number.NaN, Number.NaN, Number.NaN])
    expect(warn).toHaveBeenCalledTimes(1)
    expect(warn.mock.calls[0]?.[0]).toMatch(/not finite .* epoch 0; x holds NaN in sample 7/)
  })

  it('end training where a callback says so, after the very step', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const model = classifier()
    const options = { batchSize: 1, shuffle: false, epochs: 3, ...quiet }
    const guard = callbacks.terminateOnNaN()
    const { stopped } = await model.fit(spoiled(), y, { callbacks: [guard], ...options })
    expect(stopped).toContain('terminateOnNaN')
    expect(model.step).toBe(8)
    expect(warn).not.toHaveBeenCalled()
  })
})
