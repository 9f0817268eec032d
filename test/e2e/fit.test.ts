// Training through the public API, on real workers, in every mode.

import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import {
  type Callback,
  callbacks,
  dataset,
  init,
  layers,
  losses,
  optimizers,
  schedules,
  sequential,
  shutdown,
  type Tensor,
  tensor,
} from '../../ts/index.ts'
import { classifier, clusters, hashOf, modes } from './support.ts'

const quiet = { verbose: 0 } as const
const { x, y } = clusters(100)

describe.each(modes)('%s', (_, options) => {
  beforeAll(() => init(options))
  afterAll(() => shutdown())

  it('learns, and is as good on other samples', async () => {
    const model = classifier()
    const held = clusters(60, 2)
    const validationData = [held.x, held.y] as const
    const { history, epoch, params } = await model.fit(x, y, {
      epochs: 60,
      batchSize: 16,
      validationData,
      ...quiet,
    })
    expect(epoch).toHaveLength(60)
    expect(Object.keys(history)).toEqual(['loss', 'accuracy', 'val_loss', 'val_accuracy'])
    expect(params).toMatchObject({ epochs: 60, batchSize: 16, steps: 7, samples: 100 })
    const { loss, accuracy } = await model.evaluate(held.x, held.y)
    expect(accuracy).toBeGreaterThan(0.95)
    expect(loss).toBeCloseTo(history.val_loss?.at(-1) as number, 5)
    const scores = (await model.predict(held.x)) as Tensor<'float32'>
    expect(scores.shape).toEqual([60, 3])
    const sums = Array.from({ length: 60 }, (_, i) =>
      scores.elements.subarray(3 * i, 3 * i + 3).reduce((a, b) => a + b),
    )
    for (const sum of sums) expect(sum).toBeCloseTo(1, 5)
  })

  it('gives every row the same prediction in batches of any size', async () => {
    const model = classifier()
    const whole = await model.predict(x)
    for (const batchSize of [1, 7, 100]) {
      expect((await model.predict(x, { batchSize })).elements).toEqual(whole.elements)
    }
  })
})

describe('the same bits', () => {
  beforeAll(() => init({ threads: 2 }))
  afterAll(() => shutdown())

  const trained = async (run: (model: ReturnType<typeof classifier>) => Promise<unknown>) => {
    const model = classifier()
    await run(model)
    return hashOf(model)
  }

  it('come of a run that is continued, step counter, order and dropout included', async () => {
    const unbroken = await trained((model) => model.fit(x, y, { epochs: 6, ...quiet }))
    const inParts = await trained(async (model) => {
      await model.fit(x, y, { epochs: 2, ...quiet })
      const { epoch } = await model.fit(x, y, { epochs: 6, initialEpoch: 2, ...quiet })
      expect(epoch).toEqual([2, 3, 4, 5])
      expect(model.history.epoch).toEqual([0, 1, 2, 3, 4, 5])
      expect([model.step, model.epochs]).toEqual([24, 6])
    })
    expect(inParts).toBe(unbroken)
  })

  it('come of steps that are calls of their own, and the same history', async () => {
    const model = classifier()
    const { history } = await model.fit(x, y, { epochs: 3, batchSize: 8, ...quiet })
    const other = classifier()
    let batches = 0
    const counting: Callback = {
      onBatchEnd: () => {
        batches += 1
      },
    }
    const single = await other.fit(x, y, {
      epochs: 3,
      batchSize: 8,
      callbacks: [counting],
      ...quiet,
    })
    expect(batches).toBe(39)
    expect(single.history).toEqual(history)
    expect(await hashOf(other)).toBe(await hashOf(model))
  })

  it('come of a stream of the same batches, and of trainOnBatch', async () => {
    const options = { shuffle: false, batchSize: 40, ...quiet }
    const whole = await trained((model) => model.fit(x, y, options))
    const batches = [0, 40, 80].map((at) => {
      const end = Math.min(100, at + 40)
      return { x: x.rows(at, end), y: y.rows(at, end) }
    })
    const stream = dataset(async function* () {
      yield* batches
    })
    expect(await trained((model) => model.fit(stream, quiet))).toBe(whole)
    const byHand = await trained(async (model) => {
      for (const batch of batches) await model.trainOnBatch(batch.x, batch.y)
    })
    expect(byHand).toBe(whole)
  })

  it('need the same seed', async () => {
    const [first, second] = [classifier(1), classifier(2)]
    expect(await hashOf(first)).not.toBe(await hashOf(second))
    expect(await hashOf(classifier(1))).toBe(await hashOf(first))
    const fresh = () => sequential([layers.dense({ units: 3, inputShape: [2] })])
    const firstTwo = async (seed: number): Promise<string[]> => {
      await shutdown()
      await init({ seed })
      return [await hashOf(fresh()), await hashOf(fresh())]
    }
    const [one, two] = await firstTwo(8)
    expect(two).not.toBe(one)
    expect(await firstTwo(8)).toEqual([one, two])
    expect((await firstTwo(9))[0]).not.toBe(one)
  })

  it('are not wanted of two epochs: each has an order of its own, unless none is wanted', async () => {
    const model = sequential([layers.dense({ units: 3, activation: 'softmax', inputShape: [2] })])
    model.compile({ optimizer: 'sgd', loss: 'sparseCategoricalCrossentropy' })
    const start = await model.getWeights()
    const epoch = async (shuffle: boolean): Promise<string> => {
      await model.setWeights(start)
      await model.fit(x, y, { shuffle, ...quiet })
      return hashOf(model)
    }
    expect(await epoch(true)).not.toBe(await epoch(true))
    expect(await epoch(false)).toBe(await epoch(false))
  })
})

describe('fit', () => {
  beforeAll(() => init())
  afterAll(() => shutdown())
  afterEach(() => vi.restoreAllMocks())

  it('takes data that is smaller than a batch as one batch', async () => {
    const model = classifier()
    const { params } = await model.fit(x.rows(0, 5), y.rows(0, 5), { batchSize: 64, ...quiet })
    expect(params.steps).toBe(1)
    expect(model.step).toBe(1)
  })

  it('calls the hooks of all callbacks in order', async () => {
    const seen: string[] = []
    const note =
      (name: string) =>
      (...args: unknown[]): void => {
        seen.push(typeof args[0] === 'number' ? `${name} ${args[0]}` : name)
      }
    const hooks: Callback = {
      onTrainBegin: note('train begin'),
      onTrainEnd: note('train end'),
      onEpochBegin: note('epoch begin'),
      onEpochEnd: note('epoch end'),
      onBatchBegin: note('batch begin'),
      onBatchEnd: note('batch end'),
    }
    const options = { batchSize: 50, initialEpoch: 4, epochs: 5, callbacks: [hooks], ...quiet }
    await classifier().fit(x, y, options)
    const batches = ['batch begin 0', 'batch end 0', 'batch begin 1', 'batch end 1']
    expect(seen).toEqual(['train begin', 'epoch begin 4', ...batches, 'epoch end 4', 'train end'])
  })

  it('tells progress without a call for each step', async () => {
    const onProgress = vi.fn()
    const model = classifier()
    await model.fit(x, y, { epochs: 4, batchSize: 2, callbacks: [{ onProgress }], ...quiet })
    expect(onProgress.mock.calls.length).toBeGreaterThanOrEqual(4)
    expect(onProgress.mock.calls.length).toBeLessThan(100)
    const [batches, logs] = onProgress.mock.calls.at(-1) as [number, object]
    expect(batches).toBe(50)
    expect(logs).toMatchObject({ loss: expect.any(Number), accuracy: expect.any(Number) })
  })

  it('ends early where a callback says so, after the batch or after the epoch', async () => {
    const model = classifier()
    const stopAt: Callback = {
      onBatchEnd: (batch, _, training) => {
        if (batch === 2) training.stop('enough')
      },
    }
    const result = await model.fit(x, y, { batchSize: 8, epochs: 5, callbacks: [stopAt], ...quiet })
    expect(model.step).toBe(3)
    expect(result).toMatchObject({ epoch: [0], stopped: 'enough' })
    const afterEpoch: Callback = { onEpochEnd: (_epoch, _logs, training) => training.stop() }
    const { epoch } = await model.fit(x, y, { epochs: 5, callbacks: [afterEpoch], ...quiet })
    expect(epoch).toEqual([0])
  })

  it('ends early from outside, in the middle of an epoch', async () => {
    const model = classifier()
    const big = clusters(20_000)
    const onProgress = (): void => model.stop('a button was pressed')
    const { stopped } = await model.fit(big.x, big.y, {
      batchSize: 1,
      epochs: 50,
      callbacks: [{ onProgress }],
      ...quiet,
    })
    expect(stopped).toBe('a button was pressed')
    expect(model.step).toBeLessThan(20_000)
    await model.fit(x, y, quiet)
  })

  it('ends before its first step when it is stopped right away', async () => {
    const model = classifier()
    const training = model.fit(x, y, { epochs: 1e6, ...quiet })
    model.stop('never mind')
    expect(await training).toMatchObject({ stopped: 'never mind', epoch: [] })
    expect(model.step).toBe(0)
    expect(await model.fit(x, y, quiet)).not.toHaveProperty('stopped')
    expect(model.step).toBe(4)
  })

  it('takes a new learning rate from the next step on', async () => {
    const model = classifier()
    const before = await hashOf(model)
    const frozen = callbacks.learningRateScheduler(() => 0)
    const { history } = await model.fit(x, y, { callbacks: [frozen], ...quiet })
    expect(history.learningRate).toEqual([0])
    expect(await hashOf(model)).toBe(before)
    model.learningRate = 0.1
    await model.fit(x, y, quiet)
    expect(await hashOf(model)).not.toBe(before)
  })

  it('follows a schedule over the steps of all epochs', async () => {
    const weight = async (learningRate: number | ReturnType<typeof schedules.exponentialDecay>) => {
      const model = sequential([layers.dense({ units: 1, useBias: false, inputShape: [1] })])
      model.compile({ optimizer: optimizers.sgd({ learningRate }), loss: 'mae', seed: 1 })
      await model.setWeights([tensor([[0]])])
      // The gradient of |w − 9| is −1 until 9 is reached.
      await model.fit(tensor([[1], [1]]), tensor([[9], [9]]), { batchSize: 1, epochs: 2, ...quiet })
      return (await model.getWeights())[0]?.elements[0]
    }
    const decay = schedules.exponentialDecay({
      initialLearningRate: 1,
      decaySteps: 1,
      decayRate: 0.5,
    })
    expect(await weight(decay)).toBe(1 + 0.5 + 0.25 + 0.125)
    expect(await weight(1)).toBe(4)
  })

  it('keeps the weights of the best epoch', async () => {
    const model = classifier()
    const hashes: string[] = []
    const watch: Callback = {
      onEpochEnd: async (epoch, logs) => {
        hashes.push(await hashOf(model))
        logs.score = [1, 5, 2, 3][epoch] as number
      },
    }
    const stop = callbacks.earlyStopping({
      monitor: 'score',
      mode: 'max',
      patience: 2,
      restoreBestWeights: true,
    })
    const { history } = await model.fit(x, y, { epochs: 9, callbacks: [watch, stop], ...quiet })
    expect(history.score).toEqual([1, 5, 2, 3])
    expect(await hashOf(model)).toBe(hashes[1])
  })

  it('counts weights in weighted metrics only', async () => {
    const model = sequential([layers.dense({ units: 1, useBias: false, inputShape: [1] })])
    const [metrics, weightedMetrics] = [['mae'], ['mse']] as const
    model.compile({ optimizer: 'sgd', loss: 'mse', metrics, weightedMetrics })
    await model.setWeights([tensor([[0]])])
    const sampleWeight = tensor([1, 3])
    const logs = await model.evaluate(tensor([[1], [1]]), tensor([[1], [2]]), { sampleWeight })
    expect(logs).toEqual({ loss: (1 + 3 * 4) / 2, mae: 1.5, mse: (1 + 3 * 4) / 4 })
  })

  it('shows a line for each epoch', async () => {
    const write = vi.spyOn(process.stdout, 'write').mockImplementation(() => true)
    await classifier().fit(x, y, { epochs: 2, verbose: 2 })
    const text = write.mock.calls.map(([line]) => String(line)).join('')
    expect(text).toMatch(/^Epoch 1\/2 .*loss .*accuracy .*\n.*Epoch 2\/2 .*\n$/s)
    write.mockClear()
    await classifier().fit(x, y, quiet)
    expect(write).not.toHaveBeenCalled()
  })

  it('takes the shape of the input from the first data', async () => {
    const model = sequential([layers.dense({ units: 3, activation: 'softmax' })])
    model.compile({ optimizer: 'sgd', loss: losses.sparseCategoricalCrossentropy() })
    expect(model.inputShape).toBeUndefined()
    await model.fit(x, y, quiet)
    expect([model.inputShape, model.outputShape]).toEqual([
      [null, 2],
      [null, 3],
    ])
    expect(model.countParams()).toBe(9)
  })

  it('takes it from the first batch of a stream, too', async () => {
    const stream = dataset(async function* () {
      yield { x, y }
    })
    const open = () => {
      const model = sequential([layers.dense({ units: 3, activation: 'softmax' })])
      const loss = 'sparseCategoricalCrossentropy'
      model.compile({ optimizer: 'sgd', loss, metrics: ['accuracy'], seed: 2 })
      return model
    }
    const known = open()
    known.build([2])
    expect((await open().predict(stream)).elements).toEqual((await known.predict(x)).elements)
    expect(await open().evaluate(stream)).toEqual(await known.evaluate(stream))
    const model = open()
    const { history } = await model.fit(stream, quiet)
    expect((await known.fit(stream, quiet)).history).toEqual(history)
    expect(Object.keys(history)).toEqual(['loss', 'accuracy'])
    expect(await hashOf(model)).toBe(await hashOf(known))
  })

  it('takes whole numbers where an input layer says so', async () => {
    const model = sequential([
      layers.input({ shape: [2], dtype: 'int32' }),
      layers.rescaling({ scale: 0.5 }),
    ])
    const doubled = await model.predict(tensor(Int32Array.of(2, 4, 6, 8), [2, 2]))
    expect([...doubled.elements]).toEqual([1, 2, 3, 4])
  })

  it('validates with a part that is cut from the end, or with a dataset', async () => {
    const model = classifier()
    const { params } = await model.fit(x, y, { validationSplit: 0.25, ...quiet })
    expect(params.samples).toBe(75)
    const held = dataset(async function* () {
      yield { x: x.rows(75), y: y.rows(75) }
    })
    const { history } = await model.fit(x.rows(0, 75), y.rows(0, 75), {
      validationData: held,
      ...quiet,
    })
    expect(history.val_loss).toHaveLength(1)
    const arrays = dataset({ x: x.rows(75), y: y.rows(75) })
    const logs = await model.evaluate(arrays)
    expect(logs.loss).toBeCloseTo(history.val_loss?.[0] as number, 5)
    expect((await model.evaluate(held)).loss).toBeCloseTo(logs.loss as number, 5)
    expect((await model.predict(arrays)).elements).toEqual(
      (await model.predict(x.rows(75))).elements,
    )
  })

  it('trains two models at once', async () => {
    const alone = classifier()
    await alone.fit(x, y, { epochs: 5, ...quiet })
    const [first, second] = [classifier(), classifier()]
    await Promise.all([first, second].map((model) => model.fit(x, y, { epochs: 5, ...quiet })))
    expect(await hashOf(first)).toBe(await hashOf(alone))
    expect(await hashOf(second)).toBe(await hashOf(alone))
  })

  it('answers predictions while it trains', async () => {
    const model = classifier()
    const training = model.fit(x, y, { epochs: 200, batchSize: 4, ...quiet })
    const scores = await model.predict(x.rows(0, 1))
    expect(scores.shape).toEqual([1, 3])
    model.stop()
    await training
  })
})

describe('layers that learn from data beforehand', () => {
  beforeAll(() => init())
  afterAll(() => shutdown())

  it('take what adapt found, before the first run and after it', async () => {
    const normalize = layers.normalization({ inputShape: [1] })
    const model = sequential([normalize])
    normalize.adapt(tensor([[0], [10]]))
    expect((await model.predict(tensor([[10]]))).elements[0]).toBeCloseTo(1, 5)
    normalize.adapt(tensor([[0], [20]]))
    expect((await model.predict(tensor([[10]]))).elements[0]).toBeCloseTo(0, 5)
  })
})
