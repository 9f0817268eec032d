// Whole `fit` runs of a network whose output has a mask, or weights for its places, beside those of
// real Keras.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { init, layers, losses, optimizers, sequential, shutdown, tensor } from '../../ts/index.ts'
import { deviation, type Recorded, reference } from '../../ts/testing/reference.ts'

const recorded = reference<{
  batchSize: number
  epochs: number
  weights: readonly Recorded[]
  x: Recorded
  labels: Recorded
  values: Recorded
  sampleWeights: Readonly<Record<'places' | 'samples', Recorded>>
  cases: readonly {
    loss: 'sparseCategoricalCrossentropy' | 'meanSquaredError'
    reduction: 'sum' | 'sumOverBatchSize' | 'meanWithSampleWeight'
    masked: boolean
    weighted: 'places' | 'samples' | null
    metric: 'accuracy' | 'meanAbsoluteError'
    /** Losses, epoch by epoch. */
    history: readonly number[]
    /** Loss and metric. */
    evaluate: readonly number[]
    weights: readonly Recorded[]
  }[]
}>('masking')

const floats = ({ shape, data }: Recorded) => tensor(Float32Array.from(data), shape)
const integers = ({ shape, data }: Recorded) => tensor(Int32Array.from(data), shape)

beforeAll(() => init())
afterAll(shutdown)

const title = '$loss, $reduction, $metric, masked: $masked, weights: $weighted'

describe('fit: outputs with a mask', () => {
  it.each(recorded.cases)(title, async (run) => {
    const model = sequential([
      layers.embedding({ inputDim: 7, outputDim: 4, maskZero: run.masked, inputShape: [6] }),
      layers.lstm({ units: 5, returnSequences: true }),
      layers.dense({ units: 3, activation: 'softmax' }),
    ])
    await model.setWeights(recorded.weights.map(floats))
    model.compile({
      optimizer: optimizers.sgd({ learningRate: 0.1 }),
      loss: losses[run.loss]({ reduction: run.reduction }),
      [run.weighted ? 'weightedMetrics' : 'metrics']: [run.metric],
    })
    const weights = run.weighted && { sampleWeight: floats(recorded.sampleWeights[run.weighted]) }
    const { batchSize, epochs } = recorded
    const x = integers(recorded.x)
    const y = run.metric === 'accuracy' ? integers(recorded.labels) : floats(recorded.values)
    const options = { batchSize, epochs, shuffle: false, verbose: 0, ...weights } as const
    const { history } = await model.fit(x, y, options)
    const near = (mine: number | undefined, theirs: number) =>
      expect(Math.abs((mine as number) - theirs)).toBeLessThan(1e-4 * Math.max(1, theirs))
    for (const [epoch, loss] of run.history.entries()) near(history.loss?.[epoch], loss)
    const measured = await model.evaluate(x, y, { batchSize, ...weights })
    near(measured.loss, run.evaluate[0] as number)
    near(measured[run.metric], run.evaluate[1] as number)
    for (const [i, weight] of (await model.getWeights()).entries()) {
      expect(deviation(weight.elements, (run.weights[i] as Recorded).data)).toBeLessThan(1e-4)
    }
  })
})
