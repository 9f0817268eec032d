// What a training step does beside the optimizer's update: penalties, constraints, variables that
// layers assign; whole and in shards.

import { afterEach, describe, expect, it } from 'vitest'
import { modes } from '../../test/e2e/support.ts'
import { mean, sumAll } from '../composites/common.ts'
import type { SymbolicTensor } from '../graph.ts'
import { init, shutdown } from '../init.ts'
import * as layers from '../layers/index.ts'
import { Layer, type Pass } from '../layers/layer.ts'
import * as ops from '../ops.ts'
import { sgd } from '../optimizers/index.ts'
import { tensor } from '../tensor.ts'
import type { Variable } from '../variable.ts'
import { sequential } from './sequential.ts'

afterEach(() => shutdown())

/** Counts steps and adds up the means of what it sees. */
class Noting extends Layer {
  readonly type = 'noting'
  override build() {
    this.addWeight({ name: 'total', shape: [], trainable: false })
    this.addWeight({
      name: 'steps',
      shape: [],
      trainable: false,
      dtype: 'int32',
      initializer: zero,
    })
  }
  call(x: SymbolicTensor, pass: Pass) {
    const [total, steps] = this.variables as [Variable, Variable]
    if (pass.training) {
      pass.assign(total, ops.add(pass.read(total), mean(x)))
      pass.assign(steps, ops.castI32(ops.add(ops.castF32(pass.read(steps)), 1)))
    }
    return x
  }
  config() {
    return {}
  }
}

const zero = (shape: readonly number[], { graph }: { graph: SymbolicTensor['graph'] }) =>
  graph.constant(new Int32Array(1), shape)

const line = { x: tensor([[1], [2], [3], [6]]), y: tensor([[0], [0], [0], [0]]) }

describe.each(modes)('%s', (_, options) => {
  it.each([1, 2, 3])('variables that layers assign: %s shards', async (shards) => {
    await init(options)
    const model = sequential([new Noting({ inputShape: [1] }), layers.dense({ units: 1 })])
    model.compile({ optimizer: sgd({ learningRate: 0 }), loss: 'mse' })
    const fitted = { batchSize: 4, epochs: 2, shards, verbose: 0 } as const
    await model.fit(line.x, line.y, { ...fitted, shuffle: false })
    const [total, steps] = await model.getWeights()
    // The mean of the shards' means: of all; of [1, 2] and [3, 6]; of [1], [2] and [3, 6].
    const seen = { 1: 3, 2: 3, 3: 2.5 }[shards] as number
    expect(total?.elements[0]).toBe(2 * seen)
    expect([...(steps?.elements ?? [])]).toEqual([2])
    await model.evaluate(line.x, line.y)
    expect((await model.getWeights())[0]?.elements[0]).toBe(2 * seen)
    model.dispose()
  })
})

describe('penalties and constraints', () => {
  const build = (options: Partial<layers.DenseOptions>) => {
    const model = sequential([
      layers.dense({ units: 1, useBias: false, inputShape: [1], ...options }),
    ])
    model.compile({ optimizer: sgd({ learningRate: 0.5 }), loss: 'mse' })
    return model
  }
  const trained = async (options: Partial<layers.DenseOptions>, shards = 1) => {
    const model = build(options)
    await model.setWeights([[[2]]])
    const x = tensor([[0], [0], [0]])
    const { history } = await model.fit(x, x, { verbose: 0, shards })
    const weight = (await model.getWeights())[0]?.elements[0]
    const { loss } = await model.evaluate(x, x)
    model.dispose()
    return { loss: history.loss?.[0], weight, evaluated: loss }
  }
  const half = (w: SymbolicTensor) => ops.mul(sumAll(ops.square(w)), 0.5)

  it('are in the loss and move the weight, whole and in shards', async () => {
    await init({ mode: 'inline' })
    // loss = w²/2 = 2, w ← 2 − ½·2 = 1
    const wanted = { loss: 2, weight: 1, evaluated: 0.5 }
    expect(await trained({ kernelRegularizer: half })).toEqual(wanted)
    const cut = await trained({ kernelRegularizer: half }, 2)
    expect(cut.loss).toBeCloseTo(2, 6)
    expect(cut.weight).toBeCloseTo(1, 6)
  })

  it('leave frozen weights alone', async () => {
    await init({ mode: 'inline' })
    const frozen = await trained({ kernelRegularizer: half, trainable: false })
    expect(frozen).toEqual({ loss: 0, weight: 2, evaluated: 0 })
  })

  it('act on the new weight', async () => {
    await init({ mode: 'inline' })
    const kernelConstraint = (w: SymbolicTensor) => ops.minimum(w, 0.25)
    expect((await trained({ kernelConstraint })).weight).toBe(0.25)
    expect((await trained({ kernelConstraint, kernelRegularizer: half }, 3)).weight).toBe(0.25)
  })
})
