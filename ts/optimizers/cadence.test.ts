// Accumulated gradients and means of weights beside those of real Keras, whole and in shards.

import { afterEach, describe, expect, it } from 'vitest'
import { swapEmaWeights } from '../callbacks/index.ts'
import { init, shutdown } from '../init.ts'
import { dense } from '../layers/index.ts'
import { loadModel } from '../models/load-model.ts'
import { sequential } from '../models/sequential.ts'
import { tensor } from '../tensor.ts'
import { deviation, type Recorded, reference } from '../testing/reference.ts'
import { refusal } from '../testing/refusal.ts'
import { adam, rmsprop, sgd } from './index.ts'

const optimizers = { adam, rmsprop, sgd }

interface Case {
  readonly optimizer: 'adam' | 'sgd' | 'rmsprop'
  readonly config: object
  readonly loss: readonly number[]
  readonly weights: readonly Recorded[]
}

const recorded = reference<{
  batchSize: number
  epochs: number
  weights: readonly Recorded[]
  x: Recorded
  y: Recorded
  cases: readonly Case[]
}>('averaging')

const given = ({ shape, data }: Recorded) => tensor(Float32Array.from(data), shape)
const [x, y] = [given(recorded.x), given(recorded.y)]
const { batchSize, epochs } = recorded
const quiet = { batchSize, shuffle: false, verbose: 0 } as const

const build = async ({ optimizer, config }: Pick<Case, 'optimizer' | 'config'>) => {
  const model = sequential([dense({ units: 2, inputShape: [3] })])
  await model.setWeights(recorded.weights.map(given))
  model.compile({ optimizer: optimizers[optimizer](config), loss: 'mse' })
  return model
}

afterEach(() => shutdown())

describe.each(recorded.cases)('$optimizer $config', (run) => {
  it.each([1, 2])('does what Keras does, in %s shards', async (shards) => {
    await init({ mode: 'inline' })
    const model = await build(run)
    const { history } = await model.fit(x, y, { ...quiet, epochs, shards })
    expect(deviation(history.loss ?? [], run.loss)).toBeLessThan(1e-5)
    for (const [i, { elements }] of (await model.getWeights()).entries()) {
      expect(deviation(elements, run.weights[i]?.data ?? []), `weights ${i}`).toBeLessThan(1e-5)
    }
  })

  it('goes on from a file as if nothing had happened', async () => {
    await init({ mode: 'inline' })
    const model = await build(run)
    await model.fit(x, y, { ...quiet, epochs: 1 })
    const file = new Uint8Array(await (await model.save('blob')).arrayBuffer())
    const again = await loadModel(file)
    const [one, other] = [await model.fit(x, y, quiet), await again.fit(x, y, quiet)]
    expect(other.history).toEqual(one.history)
  })
})

describe('means of weights', () => {
  const ema = { optimizer: 'sgd', config: { learningRate: 0.1, useEma: true } } as const

  it('are validated with, and stand in the model between epochs', async () => {
    await init({ mode: 'inline' })
    const kernels: number[][] = []
    const losses: number[] = []
    const train = async (swapOnEpoch: boolean) => {
      const model = await build(ema)
      kernels.length = 0
      const note = async () => {
        kernels.push([...((await model.getWeights())[0]?.elements ?? [])])
      }
      const callbacks = [swapEmaWeights({ swapOnEpoch }), { onEpochEnd: note }]
      const fitted = { ...quiet, epochs: 2, callbacks, validationData: [x, y] as const }
      const { history } = await model.fit(x, y, fitted)
      const final = [...((await model.getWeights())[0]?.elements ?? [])]
      losses.push((await model.evaluate(x, y)).loss as number)
      return { history, final }
    }
    const [plain, swapped] = [await train(false), await train(true)]
    expect(swapped.history).toEqual(plain.history)
    expect(swapped.final).toEqual(plain.final)
    // The last validation saw the means, which are the weights in the end.
    expect(losses[0]).toBeCloseTo(plain.history.val_loss?.[1] as number, 6)
    expect(plain.history.val_loss?.[1]).not.toBeCloseTo(plain.history.loss?.[1] as number, 2)
    expect(kernels[1]).toEqual(swapped.final)
  })

  it('must be kept to be swapped', async () => {
    await init({ mode: 'inline' })
    const model = await build({ optimizer: 'sgd', config: {} })
    const fitted = { ...quiet, callbacks: [swapEmaWeights()], validationData: [x, y] as const }
    await expect(model.fit(x, y, fitted)).rejects.toThrow(refusal('argument', 'sgd', 'useEma'))
  })
})

describe('options', () => {
  it.each([
    ['gradientAccumulationSteps', 1],
    ['gradientAccumulationSteps', 2.5],
    ['useEma', 'yes'],
    ['emaMomentum', 1],
    ['emaOverwriteFrequency', 0],
  ])('%s: %s', (name, value) => {
    expect(() => optimizers.sgd({ [name]: value })).toThrow(refusal('argument', 'sgd', name))
  })
})
