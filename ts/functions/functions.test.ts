// Plain functions: values, gradients, gradients of gradients, rules of one's own, and a training
// loop without a model.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { modes } from '../../test/e2e/support.ts'
import { mean, sumAll } from '../composites/common.ts'
import type { SymbolicTensor } from '../graph.ts'
import { init, shutdown } from '../init.ts'
import { dense } from '../layers/index.ts'
import { sequential } from '../models/sequential.ts'
import * as ops from '../ops.ts'
import { adam, sgd } from '../optimizers/index.ts'
import { exponentialDecay } from '../schedules/index.ts'
import { type Tensor, tensor } from '../tensor.ts'
import { refusal } from '../testing/refusal.ts'
import {
  applyGradients,
  customGradient,
  grad,
  jit,
  type OptimizerState,
  valueAndGrad,
} from './index.ts'

type X = SymbolicTensor

const numbers = ({ elements }: Tensor) => [...elements]
const [x, y] = [tensor([1, 2, 3]), tensor([4, 5, 6])]
const cube = (v: X) => sumAll(ops.mul(ops.mul(v, v), v))

describe.each(modes)('functions: %s', (_, options) => {
  beforeAll(() => init({ ...options, seed: 1 }))
  afterAll(() => shutdown())

  it('take and give trees of tensors, whatever their shapes', async () => {
    const body = ({ a, b }: { a: X; b: readonly [X, X] }) => ({
      sum: ops.add(a, b[0]),
      rest: [b[1]],
    })
    const both = jit(body)
    const { sum, rest } = await both({ a: x, b: [y, 7] })
    expect([numbers(sum), numbers(rest[0] as Tensor), rest[0]?.shape]).toEqual([[5, 7, 9], [7], []])
    const again = await both({ a: tensor([[1], [2]]), b: [Float32Array.of(1, 2), 0] })
    expect([again.sum.shape, numbers(again.sum)]).toEqual([
      [2, 2],
      [2, 3, 3, 4],
    ])
  })

  it('have gradients, and these have some too', async () => {
    const [value, slope] = await valueAndGrad(cube)(x)
    expect([numbers(value), numbers(slope)]).toEqual([[36], [3, 12, 27]])
    expect(numbers(await grad((v: X) => sumAll(grad(cube)(v)))(x))).toEqual([6, 12, 18])
    const third = grad((v: X) => sumAll(grad((u: X) => sumAll(grad(cube)(u)))(v)))
    expect(numbers(await third(x))).toEqual([6, 6, 6])
  })

  it('train without a model, as a model does', async () => {
    const model = sequential([dense({ units: 1, inputShape: [3] })])
    const data = [
      tensor([
        [1, 2, 0],
        [0, 1, 1],
      ]),
      tensor([[1], [0]]),
    ] as const
    let params = await model.getWeights()
    model.compile({ optimizer: 'adam', loss: 'mse' })
    await model.fit(...data, { epochs: 3, shuffle: false, verbose: 0, shards: 1 })
    const lossOf = ([kernel, bias]: readonly X[], a: X, b: X) =>
      mean(ops.square(ops.sub(ops.add(ops.matmul(a, kernel as X), bias as X), b)))
    const [step, update] = [valueAndGrad(lossOf), applyGradients('adam')]
    let state: OptimizerState | undefined
    for (let i = 0; i < 3; i++) {
      const [, grads] = await step(params, ...data)
      ;({ params, state } = await update(params, grads, state))
    }
    expect(params.map(numbers)).toEqual((await model.getWeights()).map(numbers))
    expect(state?.step.elements[0]).toBe(3)
    model.dispose()
  })
})

describe('functions', () => {
  beforeAll(() => init({ mode: 'inline' }))
  afterAll(() => shutdown())

  it('stop gradients, and make their own', async () => {
    const stopped = (v: X) => sumAll(ops.mul(ops.stopGradient(v), v))
    expect(numbers(await grad(stopped)(x))).toEqual([1, 2, 3])
    const through = customGradient((v: X) => ({ value: ops.floor(v), gradient: (dy) => dy }))
    const rounded = valueAndGrad((v: X) => sumAll(ops.square(through(v))))
    const [value, slope] = await rounded(tensor([1.5, -2.25]))
    expect([numbers(value), numbers(slope)]).toEqual([[10], [2, -6]])
  })

  it('make their own gradients one in the other, and beside the usual ones', async () => {
    const half = customGradient((v: X) => ({ value: v, gradient: (dy) => ops.mul(dy, 0.5) }))
    const product = customGradient((a: X, b: X) => ({
      value: ops.mul(a, b),
      gradient: (dy) => [ops.mul(dy, b), ops.mul(ops.mul(dy, a), 10)],
    }))
    // u = 3·half(v); f = Σ product(u, v) + Σ u: df/dv = ½·3·(v + 1) + 10·3v
    const f = (v: X) => {
      const u = half(ops.mul(v, 3))
      return ops.add(sumAll(product(u, v)), sumAll(u))
    }
    const wanted = [1, 2, 3].map((v) => 1.5 * (v + 1) + 30 * v)
    expect(numbers(await grad(f)(x))).toEqual(wanted)
    // Of the gradient: d/dv Σ(½·3·(v + 1) + 10·u), where u passes half again.
    expect(numbers(await grad((v: X) => sumAll(grad(f)(v)))(x))).toEqual([16.5, 16.5, 16.5])
    // The same value as a usual stop of the gradient is another one.
    const both = (v: X) => sumAll(ops.add(half(v), ops.stopGradient(v)))
    expect(numbers(await grad(both)(x))).toEqual([0.5, 0.5, 0.5])
  })

  it('make a whole step in one call', async () => {
    const update = applyGradients(sgd({ momentum: 0.5 }))
    const step = jit((w: X, slots: readonly X[], count: X) => {
      const [loss, slope] = valueAndGrad(cube)(w)
      const { params, state } = update(w, slope, { step: count, slots }, 0.125)
      return { loss, params, state }
    })
    const first = await step(x, [tensor([1, 1, 1])], 0)
    // m = ½·1 − ⅛·3x²; w = x + m
    expect(numbers(first.params)).toEqual([1, 2, 3].map((w) => w + 0.5 - (3 * w * w) / 8))
    expect(numbers(first.state.step)).toEqual([1])
    const second = await step(first.params, first.state.slots, first.state.step)
    const [w1, slots] = [numbers(first.params), numbers(first.state.slots[0] as Tensor)]
    const w2 = w1.map((w, i) => w + 0.5 * (slots[i] as number) - (3 * w * w) / 8)
    numbers(second.params).forEach((w, i) => {
      expect(w).toBeCloseTo(w2[i] as number, 4)
    })
  })

  it('take a state that is not there yet', async () => {
    const update = applyGradients(sgd({ momentum: 0.5, learningRate: 1 }))
    const step = jit((w: X, state?: OptimizerState<X>) => update(w, grad(cube)(w), state))
    const first = await step(tensor([1]), undefined)
    expect(numbers(first.params)).toEqual([-2])
    // m = ½·(−3) − 3·(−2)²
    const second = await step(first.params, first.state)
    expect(numbers(second.params)).toEqual([-2 - 13.5])
    const nothing = jit((v: X) => void ops.neg(v))
    await expect(async () => await nothing(x)).rejects.toThrow(refusal('argument', 'jit'))
  })

  it('follow schedules', async () => {
    const learningRate = exponentialDecay({ initialLearningRate: 1, decaySteps: 1, decayRate: 0.5 })
    const update = applyGradients(sgd({ learningRate }))
    const first = await update(tensor([1]), tensor([0.5]))
    const second = await update(first.params, tensor([0.5]), first.state)
    expect(numbers(second.params)).toEqual([0.25])
  })

  it('name what is wrong', async () => {
    await expect(async () => await grad((v: X) => v)(x)).rejects.toThrow(
      refusal('shape', 'grad', '[3]'),
    )
    const leaked: X[] = []
    await jit((v: X) => {
      leaked.push(v)
      return v
    })(x)
    const late = async () => await jit(() => leaked[0] as X)()
    await expect(late()).rejects.toThrow(refusal('argument', 'jit', 'another call'))
    const mixed = async () => await jit((v: X) => ops.add(v, leaked[0] as X))(x)
    await expect(mixed()).rejects.toThrow(refusal('argument', 'different graphs'))
    expect(() => jit(3 as never)).toThrow(refusal('argument', 'jit', 'function'))
    expect(() => jit((v: X) => v)('x' as never)).toThrow(refusal('argument', 'jit', 'tensor'))
    const odd = async () => await applyGradients(adam())({ w: x }, { w: tensor([1]) })
    await expect(odd()).rejects.toThrow(refusal('shape', 'weight 0', '[3]', '[1]'))
    const wrong = customGradient((v: X) => ({ value: sumAll(v), gradient: (dy) => dy }))
    const run = async () => await grad((v: X) => wrong(v))(x)
    await expect(run()).rejects.toThrow(refusal('shape', 'customGradient', '[3]'))
  })
})
