// A network with two inputs, a shared layer and two losses, beside that of real Keras; and what
// models of models share.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sumAll } from '../../ts/composites/common.ts'
import {
  type FitOptions,
  init,
  input,
  Layer,
  layers,
  loadModel,
  type Model,
  model,
  optimizers,
  registerLayer,
  type SymbolicTensor,
  sequential,
  shutdown,
  type Tensor,
  tensor,
} from '../../ts/index.ts'
import * as ops from '../../ts/ops.ts'
import { deviation, type Recorded, reference } from '../../ts/testing/reference.ts'
import { refusal } from '../../ts/testing/refusal.ts'
import { modes } from './support.ts'

interface Case {
  readonly variant: string
  readonly history: Record<string, number[]>
  readonly predictions: readonly Recorded[]
  readonly weights: readonly Recorded[]
}

const { functional, batchSize, epochs } = reference<{
  functional: {
    weights: readonly Recorded[]
    given: Record<string, Recorded>
    cases: readonly Case[]
  }
  batchSize: number
  epochs: number
}>('training')

const TOLERANCE = 1e-4
const { dense, lambda } = layers

const given = ({ shape, data }: Recorded) => tensor(Float32Array.from(data), shape)
const known = (name: string) => given(functional.given[name] as Recorded)

/** The sum of its inputs. */
class Sum extends Layer<readonly SymbolicTensor[]> {
  readonly type = 'sum'
  call(xs: readonly SymbolicTensor[]) {
    return xs.reduce((a, b) => ops.add(a, b))
  }
  config() {
    return {}
  }
}

const twoInTwoOut = () => {
  const [a, b] = [input({ shape: [6], name: 'a' }), input({ shape: [6], name: 'b' })]
  const shared = dense({ units: 8, activation: 'tanh', name: 'shared' })
  const [first, second] = [shared.apply(a), shared.apply(b)]
  const penalty = (w: SymbolicTensor) => ops.mul(sumAll(ops.square(w)), 0.01)
  const own = dense({ units: 8, activation: 'relu', name: 'own', kernelRegularizer: penalty })
  const mine = own.apply(first)
  const both = new Sum({ name: 'both' }).apply([mine, second])
  const score = dense({ units: 1, name: 'score' }).apply(both)
  const kind = dense({ units: 3, activation: 'softmax', name: 'kind' }).apply(mine)
  return model({ inputs: [a, b], outputs: [score, kind] })
}

describe('two inputs and two outputs, as Keras does it', () => {
  beforeAll(() => init())
  afterAll(() => shutdown())

  it.each(functional.cases)('$variant', async (run) => {
    const made = twoInTwoOut()
    await made.setWeights(functional.weights.map(given))
    made.compile({
      optimizer: optimizers.adam({ learningRate: 0.01 }),
      loss: ['meanSquaredError', 'categoricalCrossentropy'],
      lossWeights: { score: 0.5, kind: 1.5 },
      metrics: [['meanAbsoluteError'], ['accuracy']],
    })
    const options: FitOptions = { batchSize, epochs, shuffle: false, verbose: 0 }
    if (run.variant === 'sampleWeight') {
      options.sampleWeight = [known('scoreWeight'), known('kindWeight')]
    }
    const x = { b: known('b'), a: known('a') }
    const { history } = await made.fit(x, [known('score'), known('kind')], options)
    const keyOf = (key: string) => key.replace('mean_absolute_error', 'meanAbsoluteError')
    expect(Object.keys(history).sort()).toEqual(Object.keys(run.history).map(keyOf).sort())
    for (const [name, values] of Object.entries(run.history)) {
      const wrong = deviation(history[keyOf(name)] ?? [], values)
      expect(wrong, name).toBeLessThanOrEqual(TOLERANCE)
    }
    const [score, kind] = await made.predict([known('a'), known('b')])
    for (const [i, output] of [score, kind].entries()) {
      const wanted = run.predictions[i] as Recorded
      expect(output.shape).toEqual(wanted.shape)
      expect(deviation(output.elements, wanted.data)).toBeLessThanOrEqual(TOLERANCE)
    }
    for (const [i, { elements }] of (await made.getWeights()).entries()) {
      const wanted = run.weights[i] as Recorded
      expect(deviation(elements, wanted.data), `weights ${i}`).toBeLessThanOrEqual(TOLERANCE)
    }
    made.dispose()
  })
})

const points = tensor([
  [0, 1, 2],
  [1, 0, 1],
  [2, 2, 0],
  [3, 1, 1],
])

/** An encoder and a decoder, each a model, and both in one. */
const halves = () => {
  const x = input({ shape: [3] })
  const encoder = model({ inputs: x, outputs: dense({ units: 2 }).apply(x), name: 'encoder' })
  const code = input({ shape: [2] })
  const decoded = dense({ units: 3 }).apply(lambda((y) => ops.tanh(y)).apply(code))
  const decoder = model({ inputs: code, outputs: decoded, name: 'decoder' })
  return { encoder, decoder }
}

const joined = ({ encoder, decoder }: ReturnType<typeof halves>) => {
  const x = input({ shape: [3] })
  return model({ inputs: x, outputs: decoder.apply(encoder.apply(x)), name: 'whole' })
}

/** Vitest does not look into tensors. */
const plain = (tensors: readonly Tensor[]) => tensors.map(({ elements }) => [...elements])
const weightsOf = async (of: Model<unknown>) => plain(await of.getWeights())

const quiet = { verbose: 0, shuffle: false } as const

describe.each(modes)('models of models: %s', (_, options) => {
  beforeAll(() => init({ ...options, seed: 5 }))
  afterAll(() => shutdown())

  it('share weights, also those that were there before', async () => {
    const parts = halves()
    const { encoder, decoder } = parts
    const code = await encoder.predict(points)
    decoder.compile({ optimizer: 'sgd', loss: 'mse' })
    await decoder.fit(code, points, quiet)
    const before = await decoder.predict(code)
    const whole = joined(parts)
    expect((await whole.predict(points)).elements).toEqual(before.elements)
    whole.compile({ optimizer: 'sgd', loss: 'mse' })
    await whole.fit(points, points, { ...quiet, epochs: 3 })
    const [kernel] = await encoder.getWeights()
    expect(kernel?.elements).toEqual((await whole.getWeights())[0]?.elements)
    const after = await decoder.predict(await encoder.predict(points))
    expect(after.elements).not.toEqual(before.elements)
    expect(after.elements).toEqual((await whole.predict(points)).elements)
    encoder.dispose()
    expect((await whole.predict(points)).elements).toEqual(after.elements)
    whole.dispose()
    await expect(encoder.predict(points)).rejects.toThrow(refusal('disposed', 'encoder'))
    decoder.dispose()
  })

  it('freeze: weights of frozen parts stay, and have no slots', async () => {
    const parts = halves()
    const whole = joined(parts)
    whole.compile({ optimizer: 'adam', loss: 'mse' })
    parts.encoder.trainable = false
    const before = await weightsOf(whole)
    await whole.fit(points, points, quiet)
    const frozen = await weightsOf(whole)
    expect(frozen.slice(0, 2)).toEqual(before.slice(0, 2))
    expect(frozen.slice(2)).not.toEqual(before.slice(2))
    parts.encoder.trainable = true
    await whole.fit(points, points, quiet)
    expect((await weightsOf(whole)).slice(0, 2)).not.toEqual(before.slice(0, 2))
    whole.dispose()
  })

  it('stand in a sequence, and a sequence stands in them', async () => {
    const { encoder } = halves()
    const row = sequential([encoder, dense({ units: 1 })])
    expect(row.inputShape).toEqual([null, 3])
    const x = input({ shape: [3] })
    const [y, same] = [row.apply(x), row.apply(x)]
    const twice = model({ inputs: x, outputs: { sum: new Sum().apply([y, same]) } })
    const { sum } = await twice.predict(points)
    const one = await row.predict(points)
    expect([...sum.elements]).toEqual(Array.from(one.elements, (v) => 2 * v))
    expect(twice.countParams()).toBe(row.countParams())
    row.dispose()
  })
})

describe('functional models', () => {
  beforeAll(async () => {
    await init({ mode: 'inline', seed: 3 })
    registerLayer('sum', (config) => new Sum(config))
  })
  afterAll(() => shutdown())

  it('come back from a file, shared weights once', async () => {
    const x = input({ shape: [3], name: 'x' })
    const inner = sequential([dense({ units: 3, inputShape: [3] })], { name: 'inner' })
    const y = new Sum().apply([inner.apply(x), inner.apply(inner.apply(x)), x])
    const made = model({ inputs: { x }, outputs: { y, flag: dense({ units: 1 }).apply(y) } })
    made.compile({
      optimizer: 'adam',
      loss: { y: 'mse', flag: null },
      metrics: { flag: 'mae' },
      lossWeights: { y: 2 },
    })
    const flag = tensor([[1], [0], [1], [0]])
    await made.fit({ x: points }, { y: points, flag }, quiet)
    const file = new Uint8Array(await (await made.save('blob')).arrayBuffer())
    const again = await loadModel<{ y: Tensor; flag: Tensor }>(file)
    expect(again.summary({ print: false })).toBe(made.summary({ print: false }))
    expect(again.countParams()).toBe(3 * 3 + 3 + 3 + 1)
    const predicted = async (of: typeof again) => {
      const { y, flag } = await of.predict({ x: points })
      return plain([y, flag])
    }
    expect(await predicted(again)).toEqual(await predicted(made))
    const data = [{ x: points }, { y: points, flag }] as const
    const [one, other] = [await made.evaluate(...data), await again.evaluate(...data)]
    expect(Object.keys(one)).toEqual(['loss', 'flag_mae'])
    expect(other).toEqual(one)
    await made.fit(...data, quiet)
    await again.fit(...data, quiet)
    expect(await weightsOf(again)).toEqual(await weightsOf(made))
  })

  it('are refused by files where a layer is a function', async () => {
    const x = input({ shape: [3] })
    const made = model({ inputs: x, outputs: lambda((y) => ops.neg(y)).apply(x) })
    await expect(made.save('blob')).rejects.toThrow(
      refusal('unsupported', 'lambda', 'registerLayer'),
    )
  })

  it('take streams and datasets of several inputs', async () => {
    const [a, b] = [input({ shape: [3], name: 'a' }), input({ shape: [3], name: 'b' })]
    const y = dense({ units: 1, name: 'y' }).apply(new Sum().apply([a, b]))
    const made = model({ inputs: [a, b], outputs: y })
    made.compile({ optimizer: 'sgd', loss: 'mse', seed: 1 })
    const flag = tensor([[1], [0], [1], [0]])
    const start = await made.getWeights()
    await made.fit([points, points], flag, { ...quiet, batchSize: 2 })
    const wanted = await weightsOf(made)
    await made.setWeights(start)
    const batches = async function* () {
      for (const at of [0, 2]) {
        const x = { a: points.rows(at, at + 2), b: points.rows(at, at + 2) }
        yield { x, y: flag.rows(at, at + 2) }
      }
    }
    await made.fit(batches, { ...quiet, validationData: [[points, points], flag] })
    expect(await weightsOf(made)).toEqual(wanted)
    const { loss } = await made.evaluate([points, points], flag)
    expect((await made.evaluate(batches)).loss).toBeCloseTo(loss as number, 5)
  })

  it('show what is connected to what', () => {
    const table = twoInTwoOut().summary({ print: false })
    expect(table).toMatch(/both \(sum\).*own, shared/)
    expect(table).toMatch(/shared \(dense\).*56.*a, b/)
    expect(table).toContain('Connected to')
  })

  it('name what is wrong', async () => {
    const [a, b] = [input({ shape: [3], name: 'a' }), input({ shape: [3], name: 'b' })]
    const y = new Sum().apply([a, b])
    expect(() => model({ inputs: a, outputs: y })).toThrow(refusal('argument', '"b"', 'not among'))
    const other = dense({ units: 1 }).apply(b)
    expect(() => model({ inputs: [a, b], outputs: other })).toThrow(refusal('argument', '"a"'))
    expect(() => model({ inputs: a, outputs: 3 as never })).toThrow(refusal('argument', 'outputs'))
    const [left, right] = [dense({ units: 1, name: 'd' }), dense({ units: 1, name: 'd' })]
    const outputs = [left.apply(a), right.apply(a)]
    expect(() => model({ inputs: a, outputs })).toThrow(refusal('argument', '"d"', 'two layers'))
    const made = model({ inputs: [a, b], outputs: { y, other } })
    const bad = { optimizer: 'sgd', loss: { z: 'mse' } } as const
    // @ts-expect-error: there is no output 'z'
    expect(() => made.compile(bad)).toThrow(refusal('unknown-name', "'z'"))
    expect(() => made.compile({ loss: ['mse'] })).toThrow(refusal('argument', 'loss', 'y, other'))
    made.compile({ loss: { y: 'mse' } })
    await expect(made.fit(points, points)).rejects.toThrow(refusal('argument', 'x', 'a, b'))
    await expect(made.fit({ a: points }, { y: points })).rejects.toThrow(
      refusal('argument', "'b' is missing"),
    )
    const short = { a: points, b: points.rows(0, 2) }
    await expect(made.fit(short, { y: points })).rejects.toThrow(refusal('shape', 'x.b'))
    const odd = tensor([[1], [2], [3], [4]])
    await expect(made.fit({ a: points, b: points }, { y: odd })).rejects.toThrow(
      refusal('shape', 'y.y', 'sum'),
    )
  })
})
