// The table of faults, group four: aborts, disposal and shutdown at odd moments, callbacks and datasets that
// misbehave, and two runs on one model.

import { expect } from 'vitest'
import {
  type BatchLike,
  type Callback,
  callbacks,
  dataset,
  type FitError,
  type FitOptions,
  type History,
  input,
  layers,
  type Model,
  model,
  tensor,
} from '../../ts/index.ts'
import { classifier as bare, clusters, hashOf } from '../e2e/support.ts'
import { EACH, playTable, quiet, type Row, type Scene, x, y } from './table.ts'

/** An epoch of it takes seconds. */
const big = clusters(200_000)
const endless = { epochs: 1e6, batchSize: 1, ...quiet }

/** Training that does not end by itself; `act` is called when it is under way. */
const whileTraining = (model: Model, act: () => unknown, options: FitOptions = {}) =>
  model.fit(big.x, big.y, { ...endless, ...options, callbacks: [{ onProgress: () => void act() }] })

const signalled = (): { signal: AbortSignal; abort: () => void } => {
  const controller = new AbortController()
  return { signal: controller.signal, abort: () => controller.abort('enough') }
}

const late = (act: () => void): void => void setTimeout(act, 30)

const aborts: Row[] = [
  {
    name: 'an abort before training trains nothing',
    code: 'aborted',
    says: ['fit', 'stays usable'],
    modes: EACH,
    run: async ({ classifier }) => {
      const model = classifier()
      const before = await hashOf(model)
      const signal = AbortSignal.abort()
      await model.fit(x, y, { signal, ...quiet }).finally(async () => {
        expect(await hashOf(model)).toBe(before)
      })
    },
  },
  {
    name: 'an abort while it trains leaves history and steps',
    code: 'aborted',
    modes: EACH,
    run: async ({ classifier }) => {
      const model = classifier()
      const { signal, abort } = signalled()
      await whileTraining(model, abort, { signal }).catch((error: FitError) => {
        expect(error.cause).toBe('enough')
        expect(error.history?.epoch).toEqual([])
        expect(model.step).toBeGreaterThan(0)
        throw error
      })
    },
  },
  {
    name: 'an abort while the workers start',
    code: 'aborted',
    modes: EACH,
    pool: {},
    run: async ({ classifier }) => {
      const { signal, abort } = signalled()
      const training = classifier().fit(x, y, { ...endless, signal })
      abort()
      await training
    },
  },
  {
    name: 'an abort after training changes nothing',
    code: 'fine',
    modes: EACH,
    run: async ({ classifier }) => {
      const model = classifier()
      const { signal, abort } = signalled()
      await model.fit(x, y, { signal, ...quiet })
      const after = await hashOf(model)
      abort()
      expect(await hashOf(model)).toBe(after)
      await model.fit(x, y, quiet)
    },
  },
  {
    name: 'an abort twice, from a callback',
    code: 'aborted',
    run: async ({ classifier }) => {
      const { signal, abort } = signalled()
      const twice = () => [abort(), abort()]
      await whileTraining(classifier(), twice, { signal })
    },
  },
  {
    name: 'an abort of predict',
    code: 'aborted',
    says: ['predict'],
    modes: EACH,
    run: async ({ classifier }) => {
      const { signal, abort } = signalled()
      const running = classifier().predict(big.x, { batchSize: 1, signal })
      late(abort)
      await running
    },
  },
  {
    name: 'an abort of evaluate',
    code: 'aborted',
    says: ['evaluate'],
    modes: EACH,
    run: async ({ classifier }) => {
      const { signal, abort } = signalled()
      const running = classifier().evaluate(big.x, big.y, { batchSize: 1, signal })
      late(abort)
      await running
    },
  },
  {
    name: 'an abort while validation runs',
    code: 'aborted',
    run: async ({ classifier }) => {
      const { signal, abort } = signalled()
      const validationData = [big.x, big.y] as const
      const onTestBegin = () => late(abort)
      const options = { signal, validationData, callbacks: [{ onTestBegin }], ...quiet }
      await classifier().fit(x, y, { ...options, validationData: [big.x, big.y] })
    },
  },
  {
    name: 'an abort with a signal that was used before',
    code: 'aborted',
    run: async ({ classifier }) => {
      const { signal, abort } = signalled()
      await classifier().fit(x, y, { signal, ...quiet })
      abort()
      await classifier().fit(x, y, { signal, ...quiet })
    },
  },
  {
    name: 'a signal that times out',
    code: 'aborted',
    modes: EACH,
    run: ({ classifier }) =>
      classifier().fit(big.x, big.y, { ...endless, signal: AbortSignal.timeout(50) }),
  },
  {
    name: 'what stands for a signal and is none',
    code: 'argument',
    says: ['signal'],
    run: ({ classifier }) => classifier().fit(x, y, { signal: { aborted: true } as never }),
  },
]

/** Two compiled models with a layer in common. */
const inCommon = () => {
  const inputs = input({ shape: [2] })
  const outputs = layers.dense({ units: 1 }).apply(inputs)
  const more = layers.dense({ units: 1 }).apply(outputs)
  const models = [model({ inputs, outputs }), model({ inputs, outputs: more })] as const
  for (const each of models) each.compile({ optimizer: 'sgd', loss: 'mse' })
  return models
}

const disposals: Row[] = [
  {
    name: 'a model disposed of twice, and used',
    code: 'disposed',
    says: ['model "sequential"', 'make a new model'],
    modes: EACH,
    run: async () => {
      const model = bare()
      await model.fit(x, y, quiet)
      model.dispose()
      model.dispose()
      await model.fit(x, y, quiet)
    },
  },
  {
    name: 'a model disposed of while it trains',
    code: 'disposed',
    modes: EACH,
    run: () => {
      const model = bare()
      return whileTraining(model, () => model.dispose())
    },
  },
  {
    name: 'a model disposed of by its own callback at the end of an epoch',
    code: 'disposed',
    modes: EACH,
    run: () => {
      const model = bare()
      const onEpochEnd = () => model.dispose()
      return model.fit(x, y, { epochs: 3, callbacks: [{ onEpochEnd }], ...quiet })
    },
  },
  {
    name: 'a model disposed of before its first run',
    code: 'disposed',
    run: async () => {
      const model = bare()
      model.dispose()
      await model.predict(x)
    },
  },
  {
    name: 'a model disposed of while it predicts',
    code: 'disposed',
    modes: EACH,
    run: () => {
      const model = bare()
      const running = model.predict(big.x, { batchSize: 1 })
      late(() => model.dispose())
      return running
    },
  },
  {
    name: 'a model disposed of while it is saved',
    code: 'disposed',
    run: async () => {
      const model = bare()
      await model.fit(x, y, quiet)
      const saving = model.save('blob')
      model.dispose()
      await saving
    },
  },
  {
    name: 'a tensor disposed of, and then trained on',
    code: 'disposed',
    says: ['tensor [100, 2]'],
    run: async ({ classifier }) => {
      const own = tensor((x.elements as Float32Array).slice(), [100, 2])
      own.dispose()
      own.dispose()
      await classifier().fit(own, y, quiet)
    },
  },
  {
    name: 'a tensor disposed of while it is trained on',
    code: 'fine',
    modes: EACH,
    run: async ({ classifier }) => {
      const own = tensor((x.elements as Float32Array).slice(), [100, 2])
      const onEpochEnd = () => own.dispose()
      await classifier().fit(own, y, { epochs: 3, callbacks: [{ onEpochEnd }], ...quiet })
    },
  },
  {
    name: 'one of two models with a common layer is disposed of',
    code: 'fine',
    run: async () => {
      const [a, b] = inCommon()
      await a.predict(x)
      a.dispose()
      await b.predict(x)
      b.dispose()
    },
  },
]

const thrown = new Error('no such chart')

const throwing = (callback: Callback, options: FitOptions = {}) => ({
  code: 'fine' as const,
  run: async ({ classifier }: Scene) => {
    const training = classifier().fit(x, y, { ...quiet, ...options, callbacks: [callback] })
    await expect(training).rejects.toBe(thrown)
  },
})

const throws = () => {
  throw thrown
}

const hooks: Row[] = [
  {
    name: 'a callback that throws at the begin of training',
    ...throwing({ onTrainBegin: throws }),
  },
  {
    name: 'a callback that throws after a batch',
    modes: EACH,
    ...throwing({ onBatchEnd: throws }),
  },
  {
    name: 'a callback that rejects at the end of an epoch',
    modes: EACH,
    ...throwing({ onEpochEnd: () => Promise.reject(thrown) }),
  },
  { name: 'a callback that throws while it shows progress', ...throwing({ onProgress: throws }) },
  {
    name: 'a callback that throws before validation',
    ...throwing({ onTestBegin: throws }, { validationSplit: 0.2 }),
  },
  { name: 'a callback that throws at the end of training', ...throwing({ onTrainEnd: throws }) },
  {
    name: 'a callback that trains the same model',
    code: 'busy',
    says: ['fit', 'model.stop()'],
    modes: EACH,
    run: ({ classifier }) => {
      const model = classifier()
      const onEpochEnd = () => model.fit(x, y, quiet).then(() => {})
      return model.fit(x, y, { callbacks: [{ onEpochEnd }], ...quiet })
    },
  },
  {
    name: 'a callback that predicts, saves and evaluates with the same model',
    code: 'fine',
    modes: EACH,
    run: async ({ classifier }) => {
      const model = classifier()
      const onEpochEnd = async () => {
        await Promise.all([model.predict(x), model.save('blob'), model.getWeights()])
      }
      await model.fit(x, y, { epochs: 3, callbacks: [{ onEpochEnd }], ...quiet })
      expect(model.epochs).toBe(3)
    },
  },
  {
    name: 'a callback that sets a rate which is no number',
    code: 'argument',
    says: ['learningRate'],
    run: ({ classifier }) => {
      const scheduler = callbacks.learningRateScheduler(() => Number.NaN)
      return classifier().fit(x, y, { callbacks: [scheduler], ...quiet })
    },
  },
  {
    name: 'a callback that is none',
    code: 'argument',
    says: ['callbacks'],
    run: ({ classifier }) => classifier().fit(x, y, { callbacks: [7] as never }),
  },
]

/** Batches of ten, and then `end`. */
const source = (end: () => unknown) =>
  async function* (): AsyncGenerator<BatchLike> {
    for (let i = 0; i < 3; i++)
      yield { x: x.rows(10 * i, 10 * i + 10), y: y.rows(10 * i, 10 * i + 10) }
    const last = await end()
    if (last !== undefined) yield last as BatchLike
  }

const fitOn = (end: () => unknown, options: FitOptions = {}) => ({
  modes: EACH,
  run: ({ classifier }: Scene): Promise<History> =>
    classifier().fit(source(end), { ...quiet, ...options }),
})

const data: Row[] = [
  {
    name: 'a dataset that throws',
    code: 'argument',
    says: ['dataset: the source failed at batch 3', 'the disk is gone'],
    ...fitOn(() => Promise.reject(new Error('the disk is gone'))),
  },
  {
    name: 'a dataset that throws at once',
    code: 'argument',
    says: ['could not be opened', 'no disk'],
    run: ({ classifier }) => {
      const none = () => {
        throw new Error('no disk')
      }
      return classifier().fit(none, quiet)
    },
  },
  { name: 'a dataset that ends before its steps', code: 'fine', ...fitOn(() => undefined) },
  {
    name: 'a dataset with fewer batches than it said',
    code: 'fine',
    modes: EACH,
    run: async ({ classifier }) => {
      const model = classifier()
      const few = dataset(
        source(() => undefined),
        { steps: 10 },
      )
      await model.fit(few, { epochs: 2, ...quiet })
      expect(model.step).toBe(6)
    },
  },
  {
    name: 'a dataset without a batch',
    code: 'empty-data',
    says: ['no batch'],
    run: ({ classifier }) => classifier().fit(async function* () {}, quiet),
  },
  {
    name: 'a dataset that can be read only once',
    code: 'argument',
    says: ['read only once', 'generator function'],
    run: ({ classifier }) => classifier().fit(source(() => undefined)(), { epochs: 2, ...quiet }),
  },
  {
    name: 'a dataset whose batch has another shape',
    code: 'shape',
    says: ['batch 3', '[batch, 3]', '[batch, 2]'],
    ...fitOn(() => ({ x: new Array(10).fill([1, 2, 3]), y: y.rows(0, 10) })),
  },
  {
    name: 'a dataset whose batch has too few labels',
    code: 'shape',
    says: ['9 samples', '10'],
    ...fitOn(() => ({ x: x.rows(0, 10), y: y.rows(0, 9) })),
  },
  {
    name: 'a dataset whose batch is none',
    code: 'argument',
    says: ['batch 3'],
    ...fitOn(() => 'hello'),
  },
  {
    name: 'a dataset whose batch is null',
    code: 'argument',
    says: ['batch 3'],
    ...fitOn(() => null),
  },
  {
    name: 'a dataset that stalls, and an abort',
    code: 'aborted',
    modes: EACH,
    run: ({ classifier }: Scene) => {
      const never = source(() => new Promise(() => {}))
      return classifier().fit(never, { signal: AbortSignal.timeout(100), ...quiet })
    },
  },
  {
    name: 'validation data that throws',
    code: 'argument',
    says: ['failed at batch 3', 'no more'],
    modes: EACH,
    run: ({ classifier }) => {
      const failing = dataset(source(() => Promise.reject(new Error('no more'))))
      return classifier().fit(x, y, { epochs: 2, validationData: failing as never, ...quiet })
    },
  },
  {
    name: 'validation data that stalls, and an abort',
    code: 'aborted',
    modes: EACH,
    run: ({ classifier }) => {
      const never = dataset(source(() => new Promise(() => {}))) as never
      const signal = AbortSignal.timeout(200)
      return classifier().fit(x, y, { validationData: never, signal, ...quiet })
    },
  },
  {
    name: 'validation data that stalls, and a stop',
    code: 'fine',
    modes: EACH,
    run: async ({ classifier }) => {
      const model = classifier()
      const never = dataset(source(() => new Promise(() => {}))) as never
      const running = model.fit(x, y, { epochs: 3, validationData: never, ...quiet })
      setTimeout(() => model.stop('no more'), 200)
      expect(await running).toMatchObject({ stopped: 'no more', epoch: [0] })
    },
  },
  {
    name: 'a dataset that throws while it is evaluated',
    code: 'argument',
    says: ['no more'],
    run: ({ classifier }) =>
      classifier().evaluate(source(() => Promise.reject(new Error('no more')))),
  },
  {
    name: 'a dataset that throws while it is predicted from',
    code: 'argument',
    says: ['no more'],
    run: ({ classifier }) =>
      classifier().predict(source(() => Promise.reject(new Error('no more'))) as never),
  },
  {
    name: 'a dataset that stalls while it is opened, and an abort',
    code: 'aborted',
    run: ({ classifier }: Scene) => {
      const never = () => new Promise<never>(() => {})
      return classifier().fit(never, { signal: AbortSignal.timeout(100), ...quiet })
    },
  },
  {
    name: 'a dataset that stalls while it is predicted from, and a disposal',
    code: 'disposed',
    run: () => {
      const own = bare()
      const running = own.predict(source(() => new Promise(() => {})) as never)
      setTimeout(() => own.dispose(), 100)
      return running
    },
  },
  {
    name: 'a stop before the first step',
    code: 'fine',
    modes: EACH,
    run: async ({ classifier }) => {
      const model = classifier()
      const running = model.fit(big.x, big.y, endless)
      model.stop('never mind')
      expect(await running).toMatchObject({ stopped: 'never mind', epoch: [] })
      expect(model.step).toBe(0)
    },
  },
  {
    name: 'a dataset that stalls, and a stop',
    code: 'fine',
    modes: EACH,
    run: async ({ classifier }) => {
      const model = classifier()
      const never = source(() => new Promise(() => {}))
      const running = model.fit(never, quiet)
      setTimeout(() => model.stop('no more'), 100)
      expect(await running).toMatchObject({ stopped: 'no more' })
    },
  },
  {
    name: 'a dataset that stalls, and a disposal',
    code: 'disposed',
    modes: EACH,
    run: () => {
      const model = bare()
      const never = source(() => new Promise(() => {}))
      const running = model.fit(never, quiet)
      setTimeout(() => model.dispose(), 100)
      return running
    },
  },
]

const together: Row[] = [
  {
    name: 'two fits on one model',
    code: 'busy',
    says: ['fit must wait for the fit under way', 'model.stop()'],
    modes: EACH,
    run: async ({ classifier }) => {
      const model = classifier()
      const first = model.fit(x, y, { epochs: 20, ...quiet })
      await Promise.all([model.fit(x, y, quiet), first]).finally(() => first)
    },
  },
  {
    name: 'trainOnBatch while it trains',
    code: 'busy',
    says: ['trainOnBatch'],
    modes: EACH,
    run: async ({ classifier }) => {
      const model = classifier()
      const first = model.fit(x, y, { epochs: 20, ...quiet })
      await Promise.all([model.trainOnBatch(x, y), first]).finally(() => first)
    },
  },
  {
    name: 'compiled while it trains',
    code: 'busy',
    says: ['compile'],
    run: async ({ classifier }) => {
      const model = classifier()
      const first = model.fit(x, y, { epochs: 5, ...quiet })
      try {
        model.compile({ loss: 'mse' })
      } finally {
        await first
      }
    },
  },
  {
    name: 'new weights while it trains',
    code: 'fine',
    modes: EACH,
    run: async ({ classifier }) => {
      const model = classifier()
      const weights = await model.getWeights()
      const first = model.fit(x, y, { epochs: 20, ...quiet })
      await Promise.all([model.setWeights(weights), first]).finally(() => first)
    },
  },
  {
    name: 'two models that train at the same time',
    code: 'fine',
    modes: EACH,
    run: async ({ classifier }) => {
      const [a, b, alone] = [classifier(), classifier(), classifier()]
      await Promise.all([a, b].map((model) => model.fit(x, y, { epochs: 3, ...quiet })))
      await alone.fit(x, y, { epochs: 3, ...quiet })
      expect(new Set([await hashOf(a), await hashOf(b), await hashOf(alone)]).size).toBe(1)
    },
  },
  {
    name: 'two models with a common layer that train at the same time',
    code: 'busy',
    run: async () => {
      const models = inCommon()
      const [a, b] = models.map((model) => model.fit(x, y, { epochs: 20, ...quiet }))
      await Promise.all([b, a]).finally(() => a)
      for (const each of models) each.dispose()
    },
  },
  {
    name: 'a stop that comes when nothing runs',
    code: 'fine',
    run: async ({ classifier }) => {
      const model = classifier()
      model.stop('nothing to stop')
      await model.fit(x, y, quiet)
      expect(model.step).toBe(4)
    },
  },
]

playTable('control', [...aborts, ...disposals, ...hooks, ...data, ...together])
