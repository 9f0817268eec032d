// Sparse tables: a training step touches the rows of its tokens, and does to them what it does to
// those of a whole table.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { init, shutdown } from '../init.ts'
import * as layers from '../layers/index.ts'
import { sgd } from '../optimizers/index.ts'
import type { Optimizer } from '../optimizers/optimizer.ts'
import { optimizerFromConfig } from '../optimizers/registry.ts'
import { tensor } from '../tensor.ts'
import { refusal } from '../testing/refusal.ts'
import { Chain } from './chain.ts'
import { Compiled } from './compiled.ts'
import { Live } from './live.ts'
import { trainPrograms } from './programs.ts'
import { FedRows } from './rows.ts'
import { sequential } from './sequential.ts'

beforeAll(() => init())
afterAll(() => shutdown())

const TOKENS = 12
// Token 3 stands four times, 7 twice; 0, 1, 4, 6, 8, 9, 10 and 11 never.
const x = tensor(Int32Array.of(3, 7, 3, 5, 3, 3, 2, 7), [2, 4])
const y = tensor([[0.5], [-1]])

type Options = Partial<layers.EmbeddingOptions>

const trained = async (optimizer: Optimizer, options: Options, fitted: object = {}) => {
  const model = sequential([
    layers.embedding({ inputDim: TOKENS, outputDim: 3, inputShape: [4], ...options }),
    layers.flatten(),
    layers.dense({ units: 1 }),
  ])
  model.compile({ optimizer, loss: 'mse', seed: 5 })
  model.build([4])
  const before = (await model.getWeights())[0]
  await model.fit(x, y, { epochs: 3, verbose: 0, ...fitted })
  const weights = await model.getWeights()
  return { before, weights }
}

const rowOf = (weights: readonly { elements: ArrayLike<number> }[], row: number) =>
  Array.from(weights[0]?.elements ?? []).slice(3 * row, 3 * row + 3)

const expectAlike = (a: readonly { elements: ArrayLike<number> }[], b: typeof a) => {
  for (const [i, { elements }] of a.entries()) {
    for (const [j, value] of Array.from(elements).entries()) {
      expect(Math.abs(value - (b[i]?.elements[j] as number))).toBeLessThan(1e-6)
    }
  }
}

describe('embedding: sparse', () => {
  it.each([
    ['sgd', {}],
    ['sgd', { clipnorm: 0.01 }],
    ['sgd', { globalClipnorm: 0.01 }],
    ['adagrad', {}],
  ] as const)('trains as a whole table does: %s %j', async (name, options) => {
    const made = () => optimizerFromConfig(name, { learningRate: 0.1, ...options })
    const [sparse, whole] = [await trained(made(), { sparse: true }), await trained(made(), {})]
    expectAlike(sparse.weights, whole.weights)
    expect(rowOf(sparse.weights, 3)).not.toEqual(rowOf([sparse.before as never], 3))
  })

  it.each(['adam', 'rmsprop', 'lion', 'nadam', 'adadelta', 'adamax', 'ftrl'] as const)(
    'changes the rows of the batch alone, as a whole table changes them: %s',
    async (name) => {
      // The same tokens at every step: no row of the batch is ever left out.
      const made = () => optimizerFromConfig(name, { learningRate: 0.1 })
      const [sparse, whole] = [await trained(made(), { sparse: true }), await trained(made(), {})]
      for (const row of [2, 3, 5, 7]) {
        expect(rowOf(sparse.weights, row)).not.toEqual(rowOf([sparse.before as never], row))
        const pair = [sparse, whole].map(({ weights }) => [{ elements: rowOf(weights, row) }])
        expectAlike(pair[0] as never, pair[1] as never)
      }
      for (const row of [0, 1, 4, 6, 8, 9, 10, 11]) {
        expect(rowOf(sparse.weights, row)).toEqual(rowOf([sparse.before as never], row))
      }
    },
  )

  it('leaves rows where they are whose tokens the batch has not, momentum or not', async () => {
    const model = sequential([
      layers.embedding({ inputDim: TOKENS, outputDim: 3, inputShape: [4], sparse: true }),
      layers.flatten(),
      layers.dense({ units: 1 }),
    ])
    model.compile({ optimizer: sgd({ momentum: 0.9 }), loss: 'mse', seed: 5 })
    await model.trainOnBatch(x, y)
    const after = await model.getWeights()
    await model.trainOnBatch(tensor(Int32Array.of(0, 0, 0, 0), [1, 4]), tensor([[1]]))
    const later = await model.getWeights()
    expect(rowOf(later, 3)).toEqual(rowOf(after, 3))
    expect(rowOf(later, 0)).not.toEqual(rowOf(after, 0))
  })

  it.each([
    ['a regularizer', { embeddingsRegularizer: 'l2' }, {}, {}],
    ['a constraint', { embeddingsConstraint: 'nonNeg' }, {}, {}],
    ['means', {}, { useEma: true }, {}],
    ['shards', {}, {}, { shards: 2 }],
    ['recomputing', { recompute: true }, {}, {}],
  ] as const)('is updated whole with %s', async (_, options, optimizer, fitted) => {
    const run = (sparse: boolean) => trained(sgd(optimizer), { ...options, sparse }, fitted)
    expectAlike((await run(true)).weights, (await run(false)).weights)
  })

  it('takes no pass over the table', async () => {
    const planned = async (sparse: boolean) => {
      const table = layers.embedding({ inputDim: 5000, outputDim: 16, inputShape: [4], sparse })
      const live = new Live(
        'model',
        new Chain([table, layers.flatten(), layers.dense({ units: 1 })]),
      )
      live.build([4])
      live.compile(new Compiled({ optimizer: 'adam', loss: 'mse' }))
      const rows = new FedRows({ x: [x], y: [y] })
      const { parts } = trainPrograms(live.trained('a test'), rows, 2, 1, live.gradientSlots)
      await live.ready()
      const program = parts[0]?.program as NonNullable<(typeof parts)[0]>['program']
      return live.store.session.plan(program)
    }
    const [sparse, whole] = [await planned(true), await planned(false)]
    const touching = (table: string) => table.split('\n').filter((line) => line.includes(':80000'))
    const isOfRows = (line: string) => /gatherRows|writeRows/.test(line)
    // Table, momentum and velocity: each is read and written by rows.
    expect(touching(sparse.table)).toHaveLength(6)
    expect(touching(sparse.table).every(isOfRows)).toBe(true)
    expect(touching(whole.table).every(isOfRows)).toBe(false)
    expect(sparse.arenaBytes).toBeLessThan(5000 * 16)
    expect(whole.arenaBytes).toBeGreaterThan(4 * 5000 * 16)
  })

  it('is saved with the layer, and refused where rows do not move apart', async () => {
    const table = layers.embedding({ inputDim: 5, outputDim: 2, sparse: true })
    expect(table.config()).toMatchObject({ sparse: true })
    expect(() => layers.embedding({ inputDim: 5, outputDim: 2, sparse: 1 as never })).toThrow(
      'sparse must be true or false',
    )
    for (const name of ['lamb', 'muon', 'adafactor'] as const) {
      await expect(trained(optimizerFromConfig(name, {}), { sparse: true })).rejects.toThrow(
        refusal('unsupported', name, "'embedding/embeddings' is sparse"),
      )
    }
  })
})
