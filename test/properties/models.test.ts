// Random small models: what is saved and loaded predicts the same numbers and trains to the same bits, and
// weights that are got, set and got again are the same.

import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import {
  type AnyLayer,
  init,
  layers,
  loadModel,
  type Model,
  sequential,
  shutdown,
  type Tensor,
  tensor,
} from '../../ts/index.ts'
import { refusal } from '../../ts/testing/refusal.ts'
import { hashOf } from '../e2e/support.ts'
import { filled, holds } from './check.ts'

beforeAll(async () => {
  await init({ mode: 'inline' })
  // Not every random model learns.
  vi.spyOn(console, 'warn').mockImplementation(() => {})
})
afterAll(() => shutdown())

const units = fc.integer({ min: 1, max: 6 })
const activation = fc.constantFrom('relu', 'tanh', 'sigmoid', 'gelu', 'linear', 'softmax')
const rate = fc.constantFrom(0, 0.1, 0.5)

/** Layers for samples of rank one. */
const flat: fc.Arbitrary<() => AnyLayer> = fc.oneof(
  fc.tuple(units, activation, fc.boolean()).map(
    ([n, name, useBias]) =>
      () =>
        layers.dense({ units: n, activation: name as 'relu', useBias }),
  ),
  rate.map((p) => () => layers.dropout({ rate: p })),
  rate.map((p) => () => layers.gaussianNoise({ stddev: p })),
  fc.constant(() => layers.batchNormalization()),
  fc.constant(() => layers.layerNormalization()),
  fc.constant(() => layers.rmsNormalization()),
  activation.map((name) => () => layers.activation({ activation: name as 'relu' })),
)

/** Layers for series: [T, C]. */
const series: fc.Arbitrary<() => AnyLayer> = fc.oneof(
  units.map((n) => () => layers.lstm({ units: n, returnSequences: true })),
  units.map((n) => () => layers.gru({ units: n, returnSequences: true })),
  units.map((n) => () => layers.conv1d({ filters: n, kernelSize: 3, padding: 'same' })),
  fc.constant(() => layers.layerNormalization()),
  fc.constant(() => layers.spatialDropout1d({ rate: 0.2 })),
)

interface Described {
  readonly shape: number[]
  readonly make: () => Model
}

const optimizers = fc.constantFrom('sgd', 'adam', 'rmsprop', 'adamw', 'lion', 'adagrad')

const described: fc.Arbitrary<Described> = fc
  .tuple(
    fc.boolean(),
    fc.array(series, { maxLength: 2 }),
    fc.array(flat, { maxLength: 4 }),
    units,
    optimizers,
    fc.nat(),
  )
  .map(([isSeries, first, rest, width, optimizer, seed]) => {
    const shape = isSeries ? [5, width] : [width]
    const make = (): Model => {
      const model = sequential([
        layers.input({ shape }),
        ...(isSeries ? [...first.map((layer) => layer()), layers.flatten()] : []),
        ...rest.map((layer) => layer()),
        layers.dense({ units: 1 }),
      ]) as Model
      model.compile({ optimizer: optimizer as 'adam', loss: 'mse', seed })
      return model
    }
    return { shape, make }
  })

const withData = described.chain((model) =>
  filled([8, ...model.shape]).map((data) => ({ ...model, x: tensor(data, [8, ...model.shape]) })),
)

const y = tensor(
  Float32Array.from({ length: 8 }, (_, i) => i / 8),
  [8, 1],
)
const training = { batchSize: 4, epochs: 2, verbose: 0 } as const

const bitsOf = (x: Tensor): Int32Array =>
  new Int32Array(x.elements.buffer, x.elements.byteOffset, x.size)

describe('any model', () => {
  it('saved and loaded predicts the same, and trains on to the same bits', () =>
    holds(
      fc.asyncProperty(withData, async ({ make, x }) => {
        const model = make()
        await model.fit(x, y, training)
        const loaded = (await loadModel(await model.save('blob'))) as Model
        expect(await hashOf(loaded)).toBe(await hashOf(model))
        expect(bitsOf(await loaded.predict(x))).toEqual(bitsOf(await model.predict(x)))
        for (const each of [model, loaded]) await each.fit(x, y, { ...training, initialEpoch: 1 })
        expect(await hashOf(loaded)).toBe(await hashOf(model))
        for (const each of [model, loaded]) each.dispose()
      }),
      40,
    ))

  it('given the weights of another predicts what that one does', () =>
    holds(
      fc.asyncProperty(withData, async ({ make, x }) => {
        const [one, other] = [make(), make()]
        await one.fit(x, y, training)
        const weights = await one.getWeights()
        await other.setWeights(weights)
        expect(await hashOf(other)).toBe(await hashOf(one))
        expect(bitsOf(await other.predict(x))).toEqual(bitsOf(await one.predict(x)))
        const short = other.setWeights(weights.slice(1))
        await expect(short).rejects.toThrow(refusal('shape', `${weights.length} weights`))
        expect(await hashOf(other)).toBe(await hashOf(one))
        for (const each of [one, other]) each.dispose()
      }),
      40,
    ))

  it('of one seed trains to the same bits, whole or in two runs', () =>
    holds(
      fc.asyncProperty(withData, async ({ make, x }) => {
        const [whole, parts] = [make(), make()]
        await whole.fit(x, y, training)
        await parts.fit(x, y, { ...training, epochs: 1 })
        await parts.fit(x, y, { ...training, initialEpoch: 1 })
        expect(await hashOf(parts)).toBe(await hashOf(whole))
        for (const each of [whole, parts]) each.dispose()
      }),
      30,
    ))
})
