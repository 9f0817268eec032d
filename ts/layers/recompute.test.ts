// Recomputed layers train as others do, in less memory.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SymbolicTensor } from '../graph.ts'
import { init, shutdown } from '../init.ts'
import { input, model } from '../models/functional.ts'
import { loadModel } from '../models/load-model.ts'
import { sequential } from '../models/sequential.ts'
import * as ops from '../ops.ts'
import { tensor } from '../tensor.ts'
import { dense, dropout } from './index.ts'
import { type Config, Layer, type LayerOptions, type Pass } from './layer.ts'

beforeAll(() => init({ mode: 'inline' }))
afterAll(() => shutdown())

/** Wide inside, narrow outside, with dropout: y = x + outer(dropout(inner(x))). */
class Block extends Layer {
  readonly type = 'block'
  readonly inner = dense({ units: 64, activation: 'silu', name: 'inner' })
  readonly drop = dropout({ rate: 0.3, name: 'drop' })
  readonly outer = dense({ units: 8, name: 'outer' })
  constructor(options: LayerOptions = {}) {
    super(options)
    this.sublayers = [this.inner, this.drop, this.outer]
  }
  call(x: SymbolicTensor, pass: Pass) {
    const inside = this.drop.apply(this.inner.apply(x, pass), pass)
    return ops.add(x, this.outer.apply(inside, pass))
  }
  config(): Config {
    return {}
  }
}

const SAMPLES = 64
const x = tensor(
  Float32Array.from({ length: SAMPLES * 8 }, (_, i) => Math.sin(i)),
  [SAMPLES, 8],
)

const build = (recompute: boolean) => {
  const made = sequential([
    ...Array.from({ length: 6 }, () => new Block({ recompute, inputShape: [8] })),
    dense({ units: 8, recompute }),
  ])
  made.compile({ optimizer: 'adam', loss: 'mse', seed: 4 })
  return made
}

describe('recomputed layers', () => {
  it('train to the same numbers, dropout included, in less memory', async () => {
    const [plain, sparing] = [build(false), build(true)]
    const options = { epochs: 3, batchSize: 32, verbose: 0 } as const
    const histories = [await plain.fit(x, x, options), await sparing.fit(x, x, options)]
    expect(histories[1]?.history).toEqual(histories[0]?.history)
    const [wanted, got] = [await plain.getWeights(), await sparing.getWeights()]
    expect(got.map(({ elements }) => elements)).toEqual(wanted.map(({ elements }) => elements))
    const arena = async (of: typeof plain) =>
      (await of.cost({ batchSize: 512, measure: false })).bytes.arena
    expect(await arena(sparing)).toBeLessThan(0.5 * (await arena(plain)))
  })

  it('may be whole models, and come back from files', async () => {
    const inner = sequential([dense({ units: 4, activation: 'tanh', inputShape: [8] })])
    inner.recompute = true
    const from = input({ shape: [8] })
    const whole = model({ inputs: from, outputs: dense({ units: 8 }).apply(inner.apply(from)) })
    whole.compile({ optimizer: 'sgd', loss: 'mse' })
    await whole.fit(x, x, { verbose: 0 })
    const file = new Uint8Array(await (await whole.save('blob')).arrayBuffer())
    const again = await loadModel(file)
    expect(again.layers.map((layer) => layer.recompute)).toEqual([false, true, false])
    const [one, other] = [
      await whole.fit(x, x, { verbose: 0 }),
      await again.fit(x, x, { verbose: 0 }),
    ]
    expect(other.history.loss?.[0]).toBeCloseTo(one.history.loss?.[0] as number, 5)
  })
})
