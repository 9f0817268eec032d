// Metrics and losses that are more than a mean, through `fit` and `evaluate` in every mode.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  confusionMatrix,
  init,
  layers,
  losses,
  metrics,
  oneHot,
  optimizers,
  sequential,
  shutdown,
  type Tensor,
} from '../../ts/index.ts'
import { clusters, hashOf, modes } from './support.ts'

const { x, y } = clusters(100)
const hot = oneHot(y)
const quiet = { verbose: 0 } as const

const compiled = (options: Parameters<ReturnType<typeof sequential>['compile']>[0]) => {
  const model = sequential([layers.dense({ units: 3, activation: 'softmax', inputShape: [2] })])
  model.compile({ seed: 3, ...options })
  return model
}

const argmaxes = ({ elements }: Tensor): number[] =>
  Array.from({ length: elements.length / 3 }, (_, i) => {
    const row = Array.from(elements.subarray(3 * i, 3 * i + 3))
    return row.indexOf(Math.max(...row))
  })

describe.each(modes)('%s', (_, options) => {
  beforeAll(() => init(options))
  afterAll(() => shutdown())

  it('counts over all batches what the predictions say', async () => {
    const model = compiled({
      loss: 'categoricalCrossentropy',
      metrics: [
        metrics.confusionMatrix({ numClasses: 3 }),
        metrics.precision({ thresholds: [0.3, 0.5], name: 'p' }),
        'truePositives',
        'auc',
      ],
    })
    await model.fit(x, hot, { epochs: 2, ...quiet })
    const logs = await model.evaluate(x, hot, { batchSize: 7 })
    const scores = (await model.predict(x)) as Tensor<'float32'>
    const matrix = confusionMatrix(y, argmaxes(scores), { classes: 3 })
    const logged = matrix.flat().map((_, i) => logs[`confusionMatrix_${i}`])
    expect(logged).toEqual(matrix.flat())
    const called = Array.from(scores.elements, (p) => p > 0.5)
    const right = called.filter((is, i) => is && hot.elements[i] === 1).length
    expect(logs.truePositives).toBe(right)
    expect(logs.p_1).toBeCloseTo(right / called.filter((is) => is).length, 12)
    const { auc } = await model.evaluate(x, hot, { batchSize: 100 })
    expect(logs.auc).toBeCloseTo(auc as number, 12)
  })

  it('adds up losses where their sum is asked for', async () => {
    const trained = async (reduction: 'sum' | 'sumOverBatchSize', learningRate: number) => {
      const model = compiled({
        loss: losses.categoricalCrossentropy({ reduction }),
        optimizer: optimizers.sgd({ learningRate }),
      })
      const { history } = await model.fit(x, hot, { epochs: 2, batchSize: 20, ...quiet })
      return { loss: history.loss?.[1] as number, weights: await model.getWeights() }
    }
    const sum = await trained('sum', 0.1 / 20)
    const mean = await trained('sumOverBatchSize', 0.1)
    expect(sum.loss / 20).toBeCloseTo(mean.loss, 5)
    sum.weights.forEach(({ elements }, i) => {
      const other = mean.weights[i]?.elements as ArrayLike<number>
      elements.forEach((w: number, j: number) => {
        expect(w).toBeCloseTo(other[j] as number, 5)
      })
    })
  })

  it('learns nothing from samples of the ignored class', async () => {
    const labels = y.elements.map((label: number, i: number) => (i % 2 ? -1 : label)) as Int32Array
    const moved = Float32Array.from(x.elements)
    for (let i = 1; i < 100; i += 2) moved.fill(9, 2 * i, 2 * i + 2)
    const trained = async (inputs: Float32Array) => {
      const loss = losses.sparseCategoricalCrossentropy({ ignoreClass: -1 })
      const model = compiled({ loss, optimizer: 'sgd' })
      const samples = Array.from({ length: 100 }, (_, i) => [inputs[2 * i], inputs[2 * i + 1]])
      await model.fit(samples as number[][], labels, { epochs: 2, shuffle: false, ...quiet })
      return hashOf(model)
    }
    expect(await trained(moved)).toBe(await trained(x.elements as Float32Array))
  })
})
