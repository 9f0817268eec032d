// Losses, metrics, optimizers and callbacks of the user's own.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Callback } from '../callbacks/callback.ts'
import { meanPerSample, sumAll } from '../composites/common.ts'
import type { SymbolicTensor } from '../graph.ts'
import { init, shutdown } from '../init.ts'
import { dense } from '../layers/index.ts'
import * as ops from '../ops.ts'
import type { Optimizer, Update } from '../optimizers/optimizer.ts'
import { tensor } from '../tensor.ts'
import { refusal } from '../testing/refusal.ts'
import { Variable } from '../variable.ts'
import { sequential } from './sequential.ts'

beforeAll(() => init({ mode: 'inline' }))
afterAll(() => shutdown())

const x = tensor([[1], [2], [4], [5]])
const y = tensor([[0], [0], [0], [0]])
const quiet = { verbose: 0, shuffle: false, batchSize: 2 } as const

const line = async () => {
  const model = sequential([dense({ units: 1, useBias: false, inputShape: [1] })])
  await model.setWeights([[[1]]])
  return model
}

/** Signs of the gradients; counts its steps. */
const signs = (): Optimizer => {
  const slot = (name: string) =>
    new Variable({
      name,
      shape: [],
      trainable: false,
      initialize: (_, { graph }) => graph.fill(0),
    })
  const steps = slot('steps')
  return {
    type: 'signs',
    learningRate: 0.25,
    shared: [steps],
    slots: () => [],
    clip: (gradients) => gradients,
    begin: (graph) => graph.assign(steps, ops.add(graph.state(steps), 1)),
    update: ({ graph, variable, weight, gradient, learningRate }: Update) =>
      graph.assign(variable, ops.sub(weight, ops.mul(ops.sign(gradient), learningRate))),
    config: () => ({ learningRate: 0.25 }),
  }
}

describe('a loss of your own', () => {
  it('may be a function, and need not look at the targets', async () => {
    const model = await line()
    const smallest = (_: SymbolicTensor, yPred: SymbolicTensor) => meanPerSample(yPred)
    model.compile({ optimizer: signs(), loss: smallest })
    const { history } = await model.fit(x, y, quiet)
    // w: 1, then ¾; yPred: 1, 2; 3, 3¾.
    expect(history.loss?.[0]).toBe((1.5 + 0.75 * 4.5) / 2)
    expect((await model.getWeights())[0]?.elements[0]).toBe(0.5)
    expect((await model.evaluate(x, y)).loss).toBe(1.5)
    await model.trainOnBatch(x, y)
    const stream = async function* () {
      yield { x, y }
    }
    expect((await model.evaluate(stream)).loss).toBe(0.75)
    await expect(model.save('blob')).rejects.toThrow(refusal('unsupported', 'loss', 'function'))
  })

  it('takes targets of any shape, and must give one number a sample', async () => {
    const model = await line()
    const pair = tensor([[1, 2, 3]].concat([[1, 2, 3]]))
    const width = (yTrue: SymbolicTensor, yPred: SymbolicTensor) =>
      ops.mul(meanPerSample(yPred), ops.sum(yTrue, [1]))
    model.compile({ optimizer: 'sgd', loss: width })
    expect((await model.evaluate(x.rows(0, 2), pair)).loss).toBe(9)
    model.compile({ optimizer: 'sgd', loss: (_, yPred) => sumAll(yPred) })
    await expect(model.evaluate(x, y)).rejects.toThrow(refusal('shape', 'loss', 'one number'))
  })
})

describe('a metric of your own', () => {
  it('adds up sums over batches', async () => {
    const model = await line()
    const largest = {
      type: 'total',
      name: 'total',
      sums: (_: SymbolicTensor, yPred: SymbolicTensor) => ops.reshape(sumAll(yPred), [1]),
      result: ([total = 0]: readonly number[]) => total,
      config: () => ({}),
    }
    model.compile({ optimizer: 'sgd', loss: 'mse', metrics: [largest] })
    expect((await model.evaluate(x, y, { batchSize: 2 })).total).toBe(12)
  })
})

describe('a callback of your own', () => {
  it('sees the training and can change it', async () => {
    const model = await line()
    model.compile({ optimizer: signs(), loss: 'mse' })
    const seen: string[] = []
    const halve: Callback = {
      onEpochBegin: (epoch, training) => {
        training.learningRate = 1 / 2 ** (epoch + 3)
      },
      onEpochEnd: (epoch, logs, training) => {
        seen.push(`${epoch} ${Object.keys(logs)} ${training.learningRate}`)
        if (epoch === 1) training.stop('enough')
      },
    }
    const { stopped } = await model.fit(x, y, { ...quiet, epochs: 5, callbacks: [halve] })
    expect(seen).toEqual(['0 loss 0.125', '1 loss 0.0625'])
    expect(stopped).toBe('enough')
    expect((await model.getWeights())[0]?.elements[0]).toBe(1 - 2 / 8 - 2 / 16)
  })
})
