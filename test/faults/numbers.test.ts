// The table of faults, group five: numbers that are not finite, out of range, too many or none.

import { expect } from 'vitest'
import {
  callbacks,
  layers,
  oneHot,
  ops,
  optimizers,
  type SymbolicTensor,
  sequential,
  type Tensor,
  tensor,
  valueAndGrad,
} from '../../ts/index.ts'
import { hashOf } from '../e2e/support.ts'
import { EACH, playTable, quiet, type Row, type Scene, x, y } from './table.ts'

/** x with one number replaced: that of sample 7. */
const spoiled = (value: number): Tensor => {
  const elements = x.elements.slice() as Float32Array
  elements[15] = value
  return tensor(elements, [100, 2])
}

const labelled = (label: number): Tensor => {
  const labels = y.elements.slice()
  labels[7] = label
  return tensor(labels as Int32Array)
}

const options = { batchSize: 25, ...quiet }

/** Trains on data with `value` in it, is told, and then learns from clean data with the old weights. */
const trainsOn = (value: number) => async (scene: Scene) => {
  const model = scene.classifier()
  const before = await model.getWeights()
  const { history } = await model.fit(spoiled(value), y, options)
  expect(history.loss).toEqual([Number.NaN])
  expect(scene.warnings).toHaveLength(1)
  expect(scene.warnings[0]).toContain(`x holds ${value} in sample 7`)
  await model.setWeights(before)
  model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', seed: 3 })
  const again = await model.fit(x, y, options)
  expect(again.history.loss?.[0]).toBeGreaterThan(0)
}

const notFinite: Row[] = [
  ...[Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map(
    (value): Row => ({
      name: `${value} in the data is told with its sample`,
      code: 'fine',
      modes: EACH,
      run: trainsOn(value),
    }),
  ),
  {
    name: 'NaN in the data ends training where a callback says so',
    code: 'fine',
    modes: EACH,
    run: async ({ classifier }) => {
      const model = classifier()
      const guard = callbacks.terminateOnNaN()
      const more = { ...options, batchSize: 1, shuffle: false, shards: 1, callbacks: [guard] }
      const { stopped } = await model.fit(spoiled(Number.NaN), y, more)
      expect(stopped).toContain('terminateOnNaN')
      expect(model.step).toBe(8)
    },
  },
  {
    name: 'NaN in the labels of a regression is told',
    code: 'fine',
    modes: EACH,
    run: async ({ warnings }) => {
      const model = sequential([layers.dense({ units: 1, inputShape: [2] })])
      model.compile({ optimizer: 'sgd', loss: 'mse' })
      const labels = new Float32Array(100)
      labels[42] = Number.NaN
      await model.fit(x, tensor(labels), options)
      expect(warnings[0]).toContain('y holds NaN in sample 42')
      model.dispose()
    },
  },
  {
    name: 'NaN in the weights',
    code: 'fine',
    modes: EACH,
    run: async ({ classifier, warnings }) => {
      const model = classifier()
      const good = await model.getWeights()
      await model.setWeights(
        good.map(({ shape, size }) => tensor(new Float32Array(size).fill(Number.NaN), shape)),
      )
      const predictions = (await model.predict(x)) as Tensor
      expect(predictions.elements.every(Number.isNaN)).toBe(true)
      await model.fit(x, y, options)
      expect(warnings[0]).toContain('a lower learning rate or clipping may help')
      await model.setWeights(good)
      expect((await model.evaluate(x, y)).loss).toBeGreaterThan(0)
    },
  },
  {
    name: 'a loss that overflows is told',
    code: 'fine',
    modes: EACH,
    run: async ({ warnings }) => {
      const model = sequential([layers.dense({ units: 1, inputShape: [2] })])
      model.compile({ optimizer: optimizers.sgd({ learningRate: 1e30 }), loss: 'mse' })
      const { history } = await model.fit(x, y, { ...options, epochs: 5 })
      expect(history.loss?.at(-1)).toSatisfy((loss: number) => !Number.isFinite(loss))
      expect(warnings).toHaveLength(1)
      model.dispose()
    },
  },
  {
    name: 'a loss that is not finite leaves no batch out',
    code: 'fine',
    modes: EACH,
    run: async ({ classifier }) => {
      const model = classifier()
      // Many steps are in one call by now.
      await model.fit(x, y, { ...options, batchSize: 5, epochs: 5 })
      await model.fit(spoiled(Number.NaN), y, { ...options, batchSize: 5 })
      expect(model.step).toBe(120)
    },
  },
  {
    name: 'a weight of a sample that is not finite is told',
    code: 'fine',
    run: async ({ classifier, warnings }) => {
      const model = classifier()
      const good = await model.getWeights()
      const sampleWeight = new Float32Array(100).fill(1)
      sampleWeight[3] = Number.POSITIVE_INFINITY
      await model.fit(x, y, { ...options, sampleWeight: tensor(sampleWeight) })
      expect(warnings).toHaveLength(1)
      await model.setWeights(good)
    },
  },
  {
    name: 'a learning rate that is not finite',
    code: 'argument',
    says: ['learningRate', 'NaN'],
    run: async ({ classifier }) => {
      classifier().learningRate = Number.NaN
    },
  },
]

const extremes: Row[] = [
  {
    name: 'very large values stay finite through softmax and its loss',
    code: 'fine',
    modes: EACH,
    run: async () => {
      const model = sequential([layers.dense({ units: 3, activation: 'softmax', inputShape: [2] })])
      model.compile({
        optimizer: optimizers.sgd({ learningRate: 1e-30 }),
        loss: 'sparseCategoricalCrossentropy',
      })
      const huge = tensor(
        (x.elements as Float32Array).map((v) => v * 1e30),
        [100, 2],
      )
      const { loss } = await model.evaluate(huge, y)
      expect(loss).toSatisfy(Number.isFinite)
      const rows = ((await model.predict(huge)) as Tensor).elements
      expect(rows.every((v) => v >= 0 && v <= 1)).toBe(true)
      model.dispose()
    },
  },
  {
    name: 'denormal values pass through and train',
    code: 'fine',
    modes: EACH,
    run: async ({ classifier }) => {
      const tiny = tensor(
        (x.elements as Float32Array).map((v) => v * 1e-40),
        [100, 2],
      )
      const { history } = await classifier().fit(tiny, y, options)
      expect(history.loss?.[0]).toSatisfy(Number.isFinite)
      const same = sequential([layers.activation({ activation: 'linear', inputShape: [2] })])
      expect(((await same.predict(tiny)) as Tensor).elements).toEqual(tiny.elements)
      same.dispose()
    },
  },
  {
    name: 'a batch of one, and a last batch of one',
    code: 'fine',
    modes: EACH,
    run: async ({ classifier }) => {
      const model = classifier()
      await model.fit(x.rows(0, 1), y.rows(0, 1), { batchSize: 32, ...quiet })
      await model.fit(x.rows(0, 33), y.rows(0, 33), { batchSize: 32, ...quiet })
      expect(model.step).toBe(3)
      expect(((await model.predict(x.rows(0, 1))) as Tensor).shape).toEqual([1, 3])
    },
  },
  {
    name: 'batch normalisation of a batch of one',
    code: 'fine',
    run: async () => {
      const model = sequential([
        layers.dense({ units: 4, inputShape: [2] }),
        layers.batchNormalization(),
        layers.dense({ units: 3, activation: 'softmax' }),
      ])
      model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy' })
      const { history } = await model.fit(x, y, { batchSize: 1, ...quiet })
      expect(history.loss?.[0]).toSatisfy(Number.isFinite)
      model.dispose()
    },
  },
  {
    name: 'the largest seed, and a step far on',
    code: 'fine',
    run: async ({ classifier }) => {
      const model = classifier()
      model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', seed: 2 ** 53 - 1 })
      await model.fit(x, y, { ...options, initialEpoch: 1e9, epochs: 1e9 + 1 })
      expect(model.step).toBe(4)
    },
  },
]

const labels: Row[] = [
  {
    name: 'a label beyond the classes',
    code: 'label-range',
    says: ['sample 7', 'the label 3', 'from 0 to 2'],
    modes: EACH,
    run: ({ classifier }) => classifier().fit(x, labelled(3), options),
  },
  {
    name: 'a negative label',
    code: 'label-range',
    says: ['sample 7', 'the label -1'],
    run: ({ classifier }) => classifier().evaluate(x, labelled(-1)),
  },
  {
    name: 'a label that is no whole number',
    code: 'dtype',
    says: ['7', '0.5'],
    run: ({ classifier }) => {
      const halves = Float32Array.from(y.elements)
      halves[7] = 0.5
      return classifier().fit(x, tensor(halves), options)
    },
  },
  {
    name: 'a label beyond the classes in a later batch of a stream',
    code: 'label-range',
    says: ['the label 9'],
    modes: EACH,
    run: ({ classifier }) => {
      const source = async function* () {
        yield { x, y }
        yield { x, y: labelled(9) }
      }
      return classifier().fit(source, quiet)
    },
  },
  {
    name: 'a label beyond the classes in the validation data',
    code: 'label-range',
    says: ['the label 3'],
    run: ({ classifier }) =>
      classifier().fit(x, y, { ...options, validationData: [x, labelled(3)] }),
  },
  {
    name: 'a label of 2³¹',
    code: 'dtype',
    says: ['2147483648', 'int32'],
    run: async ({ classifier }) => {
      const big = Float64Array.from(y.elements)
      big[7] = 2 ** 31
      await classifier().fit(x, big, options)
    },
  },
  {
    name: 'a class number that one-hot rows have no place for',
    code: 'label-range',
    says: ['3'],
    run: async () => oneHot(labelled(3), 3),
  },
  {
    name: 'one-hot rows of 2³¹ classes',
    code: 'argument',
    says: ['1 labels × 2147483648 classes', 'sparseCategoricalCrossentropy'],
    run: async () => oneHot(Int32Array.of(2 ** 31 - 1)),
  },
  {
    name: 'a token beyond the table of an embedding',
    code: 'fine',
    modes: EACH,
    run: async () => {
      const model = sequential([
        layers.embedding({ inputDim: 4, outputDim: 2, inputShape: [3] }),
        layers.flatten(),
        layers.dense({ units: 1 }),
      ])
      model.compile({ optimizer: 'sgd', loss: 'mse' })
      await model.fit(tensor(Int32Array.of(0, 9, -5), [1, 3]), tensor([1]), quiet)
      const result = (await model.predict(
        tensor(Int32Array.of(0, 2 ** 31 - 1, -(2 ** 31)), [1, 3]),
      )) as Tensor
      expect(result.shape).toEqual([1, 1])
      model.dispose()
    },
  },
]

const sizes: Row[] = [
  {
    name: 'no samples',
    code: 'empty-data',
    says: ['x', '[0, 2]'],
    run: ({ classifier }) =>
      classifier().fit(tensor([], [0, 2]), tensor(new Int32Array(0)), options),
  },
  {
    name: 'no samples to predict',
    code: 'empty-data',
    run: ({ classifier }) => classifier().predict(tensor([], [0, 2])),
  },
  {
    name: 'a dimension of zero in the data',
    code: 'shape',
    says: ['[100, 0]', '[batch, 2]'],
    run: ({ classifier }) => classifier().fit(tensor([], [100, 0]), y, options),
  },
  {
    name: 'a layer over a dimension of zero',
    code: 'argument',
    says: ['0'],
    run: async () => sequential([layers.dense({ units: 1, inputShape: [0] })]),
  },
  {
    name: 'a layer of no units',
    code: 'argument',
    says: ['units', '0'],
    run: async () => layers.dense({ units: 0 }),
  },
  {
    name: 'a window larger than the image',
    code: 'shape',
    says: ['conv2d', '3'],
    run: async () =>
      sequential([layers.conv2d({ filters: 1, kernelSize: 5, inputShape: [3, 3, 1] })]),
  },
  {
    name: 'a tensor of a size that is no size',
    code: 'shape',
    says: ['-1'],
    run: async () => tensor(new Float32Array(2), [-1, -2]),
  },
  {
    name: '2³¹ elements in a shape',
    code: 'shape',
    says: ['2147483648'],
    run: async () => tensor(new Float32Array(4), [2 ** 16, 2 ** 15]),
  },
  {
    name: 'a shape whose product overflows',
    code: 'shape',
    run: async () => tensor(new Float32Array(0), [2 ** 31, 2 ** 31, 2 ** 31]),
  },
  {
    name: '2³¹ weights in a layer',
    code: 'shape',
    says: ['dense', '[2, 1073741824]', 'more than'],
    run: async () => sequential([layers.dense({ units: 2 ** 30, inputShape: [2] })]),
  },
  {
    name: '2³² units in a layer',
    code: 'shape',
    says: ['dense', '4294967296'],
    run: async () => sequential([layers.dense({ units: 2 ** 32, inputShape: [2] })]),
  },
  {
    name: '2³¹ numbers between two layers',
    code: 'shape',
    says: ['[batch, 21474837, 2]', 'more than'],
    modes: EACH,
    run: async () => {
      const repeat = layers.repeatVector({ n: 21_474_837, inputShape: [2] })
      await sequential([repeat]).predict(x, { batchSize: 100 })
    },
  },
  {
    name: '2³¹ numbers made by an op',
    code: 'shape',
    says: ['[65536, 32768]', 'more than'],
    run: async () => {
      const total = (v: SymbolicTensor) => ops.sum(ops.broadcastTo(v, [2 ** 16, 2 ** 15]))
      await valueAndGrad(total)(tensor([1]))
    },
  },
  {
    name: 'a batch size of 2³¹',
    code: 'fine',
    run: async ({ classifier }) => {
      const model = classifier()
      await model.fit(x, y, { ...options, batchSize: 2 ** 31 })
      expect(model.step).toBe(1)
    },
  },
]

/** No row may have changed what another model computes. */
const untouched: Row = {
  name: 'a spoiled model beside a clean one',
  code: 'fine',
  modes: EACH,
  run: async ({ classifier }) => {
    const [clean, dirty] = [classifier(), classifier()]
    const before = await hashOf(clean)
    const good = await dirty.getWeights()
    await dirty.fit(spoiled(Number.NaN), y, options)
    expect(await hashOf(clean)).toBe(before)
    await dirty.setWeights(good)
  },
}

playTable('numbers', [...notFinite, ...extremes, ...labels, ...sizes, untouched])
