// What can go wrong while a model trains: aborts, disposal, two at once, too little memory, dead workers.
// Every promise settles, and what was learned is not lost without a word.

import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  type FitError,
  type History,
  init,
  layers,
  type Model,
  sequential,
  shutdown,
  tensor,
} from '../../ts/index.ts'
import { refusal } from '../../ts/testing/refusal.ts'
import { classifier, clusters, hashOf, initWatched, modes } from './support.ts'

const quiet = { verbose: 0 } as const
const { x, y } = clusters(100)
/** An epoch of it takes seconds. */
const big = clusters(200_000)

/** Training that takes far longer than any test. */
const endless = { epochs: 1e6, batchSize: 1, ...quiet }

afterEach(async () => {
  vi.restoreAllMocks()
  await shutdown()
})

/** A `fit` that has really begun, and does not end by itself. */
const underWay = async (model: Model): Promise<{ training: Promise<History> }> => {
  let tell = (): void => {}
  const begun = new Promise<void>((resolve) => {
    tell = resolve
  })
  const callbacks = [{ onProgress: () => tell() }]
  const training = model.fit(big.x, big.y, { ...endless, callbacks })
  await Promise.race([begun, training])
  return { training }
}

describe.each(modes)('%s', (_, options) => {
  it('aborts in the middle of an epoch, with the history so far, and goes on later', async () => {
    await init(options)
    const model = classifier()
    const controller = new AbortController()
    const onEpochEnd = (epoch: number): void => {
      if (epoch === 1) setTimeout(() => controller.abort('enough'), 20)
    }
    const { signal } = controller
    const callbacks = [{ onEpochEnd }]
    const error = await model.fit(x, y, { ...endless, callbacks, signal }).then(
      () => undefined,
      (thrown: FitError) => thrown,
    )
    expect(error).toMatchObject({ code: 'aborted', cause: 'enough' })
    const { history } = error as FitError
    expect(history?.epoch.length).toBeGreaterThanOrEqual(2)
    expect(history?.history.loss).toHaveLength(history?.epoch.length as number)
    const { step } = model
    expect(step).toBeGreaterThanOrEqual(200)
    await model.fit(x, y, quiet)
    expect(model.step).toBe(step + 4)
  })

  it('rejects what is under way when a model is disposed of', async () => {
    await init(options)
    const model = classifier()
    const { training } = await underWay(model)
    model.dispose()
    await expect(training).rejects.toThrow(refusal('disposed'))
    await expect(model.fit(x, y, quiet)).rejects.toThrow(refusal('disposed', 'model "sequential"'))
    await expect(model.predict(x)).rejects.toThrow(refusal('disposed'))
    await expect(model.getWeights()).rejects.toThrow(refusal('disposed'))
    const other = classifier()
    await other.fit(x, y, quiet)
  })

  it('trains a model once at a time', async () => {
    await init(options)
    const model = classifier()
    const { training } = await underWay(model)
    await expect(model.fit(x, y, quiet)).rejects.toThrow(refusal('busy', 'fit', 'model.stop()'))
    await expect(model.trainOnBatch(x, y)).rejects.toThrow(refusal('busy'))
    expect(() => model.compile({ loss: 'mse' })).toThrow(refusal('busy', 'compile'))
    model.stop()
    await training
    await model.fit(x, y, quiet)
  })
})

describe('an abort', () => {
  it('that came before training trains nothing', async () => {
    await init()
    const model = classifier()
    const before = await hashOf(model)
    const signal = AbortSignal.abort()
    await expect(model.fit(x, y, { signal, ...quiet })).rejects.toThrow(refusal('aborted'))
    await expect(model.predict(x, { signal })).rejects.toThrow(refusal('aborted', 'predict'))
    await expect(model.evaluate(x, y, { signal })).rejects.toThrow(refusal('aborted', 'evaluate'))
    expect(await hashOf(model)).toBe(before)
  })

  it('ends the waiting for a batch that does not come', async () => {
    await init()
    const model = classifier()
    const never = async function* () {
      yield { x, y }
      await new Promise(() => {})
    }
    const { signal } = (() => {
      const controller = new AbortController()
      setTimeout(() => controller.abort(), 50)
      return controller
    })()
    await expect(model.fit(never, { signal, ...quiet })).rejects.toThrow(refusal('aborted'))
    const onBatchEnd = () => {
      setTimeout(() => model.stop('no more'), 50)
    }
    const stopping = model.fit(never, { ...quiet, callbacks: [{ onBatchEnd }] })
    expect(await stopping).toMatchObject({ stopped: 'no more', epoch: [0] })
    await model.fit(x, y, quiet)
  })
})

describe('too little memory', () => {
  it('is a typed error, after which smaller models run', async () => {
    await init({ memoryLimit: 2 ** 26 })
    const huge = sequential([layers.dense({ units: 10_000, inputShape: [10_000] })])
    await expect(huge.predict(tensor(new Float32Array(10_000), [1, 10_000]))).rejects.toThrow(
      refusal('out-of-memory'),
    )
    huge.dispose()
    await classifier().fit(x, y, quiet)
  })

  it('for the data sends the samples with the steps instead', async () => {
    const fitted = async (): Promise<string> => {
      const width = 20_000
      const model = sequential([layers.dense({ units: 1, inputShape: [width] })])
      model.compile({ optimizer: 'sgd', loss: 'mse', seed: 5 })
      const samples = 1000
      const data = Float32Array.from({ length: samples * width }, (_, i) => (i % 7) * 0.01)
      const labels = new Float32Array(samples)
      await model.fit(tensor(data, [samples, width]), tensor(labels), { batchSize: 20, ...quiet })
      return hashOf(model)
    }
    await init()
    const whole = await fitted()
    await shutdown()
    await init({ memoryLimit: 2 ** 26 })
    expect(await fitted()).toBe(whole)
  })
})

const killable = modes.filter(([, { mode }]) => mode !== 'inline')

describe.each(killable)('a dead worker: %s', (_, options) => {
  it('in the middle of a step rejects at once, and the next fit goes on from the copy', async () => {
    const workers = await initWatched(options)
    const model = classifier()
    await model.fit(x, y, { epochs: 3, ...quiet })
    const before = await hashOf(model)
    const { training } = await underWay(model)
    const outcome = training.then(
      () => undefined,
      (error: FitError) => error,
    )
    expect(model.step).toBeGreaterThan(12)
    await workers.at(-1)?.terminate()
    const error = await outcome
    // A helper may be killed before it has told that it is there.
    const code = expect.stringMatching(/^worker-(died|start)$/)
    expect(error).toMatchObject({ code, history: { epoch: [] } })
    expect(error?.message).toContain('back at its last copy: 12 steps, 3 epochs')
    expect([model.step, model.epochs]).toEqual([12, 3])
    expect(await hashOf(model)).toBe(before)
    await model.fit(x, y, quiet)
    expect(model.step).toBe(16)
  })

  it('between two runs is noticed, and told', async () => {
    const workers = await initWatched(options)
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const model = classifier()
    await model.fit(x, y, quiet)
    const before = await hashOf(model)
    await model.trainOnBatch(x, y)
    expect(await hashOf(model)).not.toBe(before)
    await workers[0]?.terminate()
    expect(await hashOf(model)).toBe(before)
    expect(warn.mock.calls[0]?.[0]).toContain('4 of 5 steps')
    await model.fit(x, y, quiet)
    expect(model.step).toBe(8)
  })

  it('before trainOnBatch: the step is that behind the copy, once more', async () => {
    const workers = await initWatched(options)
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    // Its dropout depends on the number of the step.
    const model = classifier()
    await model.fit(x, y, quiet)
    const first = await model.trainOnBatch(x, y)
    const after = await hashOf(model)
    await workers[0]?.terminate()
    expect(await model.trainOnBatch(x, y)).toEqual(first)
    expect(model.step).toBe(5)
    expect(await hashOf(model)).toBe(after)
  })
})

describe('shutdown', () => {
  it('ends training, and after another init the model goes on from its copy', async () => {
    await init()
    const model = classifier()
    await model.fit(x, y, { epochs: 2, ...quiet })
    const before = await hashOf(model)
    await shutdown()
    await expect(model.fit(x, y, quiet)).rejects.toThrow(refusal('not-initialized'))
    await init()
    expect(await hashOf(model)).toBe(before)
    await model.fit(x, y, quiet)
    expect(model.step).toBe(12)
  })
})
