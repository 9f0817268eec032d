// Every loss against Keras, and the lookup by name.

import { describe, expect, expectTypeOf, it } from 'vitest'
import { activationOf } from '../activations/registry.ts'
import { sumAll } from '../composites/common.ts'
import type { SymbolicTensor } from '../graph.ts'
import type { Config } from '../layers/layer.ts'
import { compared } from '../models/compared.ts'
import * as ops from '../ops.ts'
import type { Shape } from '../shape.ts'
import { expectClose, expectEachClose, type Recorded, reference } from '../testing/reference.ts'
import { evaluate } from '../testing/run.ts'
import * as losses from './index.ts'
import type { Loss } from './loss.ts'
import { type LossName, lossFromConfig, lossOf } from './registry.ts'

interface Case {
  loss: keyof typeof losses
  config: Config
  activation?: 'softmax' | 'sigmoid'
  yTrue: Recorded
  yPred: Recorded
  sampleWeight?: Recorded
  perSample: Recorded
  value: number | Recorded
  gradYPred: Recorded
}

const { cases } = reference<{ cases: Case[] }>('losses')

/** Keras's reduction `none`, whose gradient is recorded as that of the sum, is no choice here. */
const lossFor = ({ loss, config: { reduction, ...config } }: Case): Loss =>
  lossFromConfig(
    loss,
    reduction === 'none'
      ? { ...config, reduction: 'sum' }
      : { ...config, ...(reduction ? { reduction } : {}) },
  )

/** Means over all axes but the first. */
const rows = ({ shape: [count = 0], data }: Recorded): number[] => {
  const each = data.length / count
  return Array.from({ length: count }, (_, i) =>
    data.slice(i * each, (i + 1) * each).reduce((a, b) => a + b / each, 0),
  )
}

/** Loss of each sample, and the gradient of their weighted sum, or of its mean. */
const run = (c: Case) => {
  const { activation, yTrue, yPred, sampleWeight } = c
  const loss = lossFor(c)
  const batch = yPred.shape[0] as number
  const ones = { shape: [batch], data: new Array(batch).fill(1) }
  const weights = sampleWeight ?? ones
  const inputs = { yTrue: { ...yTrue, dtype: loss.labels }, yPred, weights }
  return evaluate(inputs, ({ yTrue, yPred, weights }, graph) => {
    const output = activationOf(activation)(yPred)
    const perSample = loss.call(yTrue, output)
    const value = compared(loss, yTrue, output, sampleWeight && weights, batch)
    const [grad = value] = graph.gradients(value, [yPred])
    return { perSample, value, grad }
  })
}

/** Keras divides the losses of these by what counts only after `perSample`. */
const isMasked = ({ loss, config }: Case) => loss === 'circle' || 'ignoreClass' in config

/** Losses that belong to the whole batch are repeated for each sample. */
const perSampleOf = (c: Case): number[] => {
  const { axis } = c.config
  const isWhole = axis === null || (Array.isArray(axis) && axis.includes(0))
  if (!isWhole) return rows(c.perSample)
  const { data } = c.perSample
  const mean = data.reduce((a, b) => a + b, 0) / data.length
  return new Array(c.yPred.shape[0]).fill(mean)
}

const title = (c: Case) =>
  [
    JSON.stringify(c.config),
    c.activation,
    JSON.stringify(c.yPred.shape),
    c.sampleWeight && 'weighted',
  ]
    .filter(Boolean)
    .join(' ')

describe.each(cases.map((c) => [c.loss, title(c), c] as const))('%s %s', (_, __, recorded) => {
  it('is what Keras computes, with its gradient', () => {
    const { perSample, value, grad } = run(recorded)
    expect(perSample.shape).toEqual(recorded.yPred.shape.slice(0, 1))
    if (!isMasked(recorded)) {
      expectEachClose(perSample.data, perSampleOf(recorded), 1e-5, 1e-6)
    }
    const whole =
      typeof recorded.value === 'number'
        ? recorded.value
        : recorded.value.data.reduce((a, b) => a + b)
    expectEachClose(value.data, [whole], 1e-5, 2e-6)
    expectClose(grad.data, recorded.gradYPred.data, 1e-4)
  })
})

describe('the recorded cases', () => {
  it('cover every loss', () => {
    expect([...new Set(cases.map((c) => c.loss))].sort()).toEqual(
      // It has a file of its own.
      Object.keys(losses)
        .filter((name) => name !== 'ctc')
        .sort(),
    )
  })
})

describe('a loss after softmax or sigmoid', () => {
  const saturated = { shape: [1, 3], data: [200, 0, -200] }

  it.each(['categoricalCrossentropy', 'sparseCategoricalCrossentropy'] as const)(
    '%s stays exact where the probabilities are 0 and 1',
    (name) => {
      const sparse = name === 'sparseCategoricalCrossentropy'
      const yTrue = sparse
        ? { shape: [1], data: [2], dtype: 'int32' as const }
        : { shape: [1, 3], data: [0, 0, 1] }
      const { y, dx } = evaluate({ x: saturated, yTrue }, ({ x, yTrue }, graph) => {
        const y = lossOf(name).call(yTrue, ops.softmax(x))
        const [dx = y] = graph.gradients(sumAll(y), [x])
        return { y, dx }
      })
      expect(y.data).toEqual(Float32Array.of(400))
      expectEachClose(dx.data, [1, 0, -1], 0, 1e-6)
    },
  )

  it('binaryCrossentropy stays exact where the probabilities are 0 and 1', () => {
    const yTrue = { shape: [1, 3], data: [0, 1, 1] }
    const { y, dx } = evaluate({ x: saturated, yTrue }, ({ x, yTrue }, graph) => {
      const y = lossOf('binaryCrossentropy').call(yTrue, ops.sigmoid(x))
      const [dx = y] = graph.gradients(sumAll(y), [x])
      return { y, dx }
    })
    expectEachClose(y.data, [(200 + Math.LN2 + 200) / 3], 1e-6, 0)
    expectEachClose(dx.data, [1 / 3, -0.5 / 3, -1 / 3], 1e-6, 0)
  })
})

describe('sparse labels', () => {
  const yPred = {
    shape: [2, 3, 2],
    data: [0.1, 0.6, 0.7, 0.3, 0.2, 0.1, 0.4, 0.2, 0.5, 0.3, 0.1, 0.5],
  }

  it('have the loss of their one-hot form, on any axis', () => {
    const yTrue = { shape: [2, 2], data: [1, 0, 2, 2], dtype: 'int32' as const }
    const result = evaluate({ yTrue, yPred }, ({ yTrue, yPred }) => ({
      sparse: losses.sparseCategoricalCrossentropy({ axis: 1 }).call(yTrue, yPred),
      hot: losses
        .categoricalCrossentropy({ axis: 1 })
        .call(ops.transpose(ops.oneHot(yTrue, 3), [0, 2, 1]), yPred),
    }))
    expect(result.sparse.data).toEqual(result.hot.data)
  })
})

describe('labels', () => {
  const shapes = (name: LossName, output: (number | null)[]) => lossOf(name).labelShape(output)

  it('have the shape of the output, or of the output without its classes', () => {
    expect(shapes('mse', [null, 3])).toEqual([null, 3])
    expect(shapes('binaryCrossentropy', [null, 1])).toEqual([null, 1])
    expect(shapes('categoricalCrossentropy', [null, 10])).toEqual([null, 10])
    expect(shapes('sparseCategoricalCrossentropy', [null, 5, 10])).toEqual([null, 5])
    expect(lossOf('sparseCategoricalCrossentropy').classes?.([null, 10])).toBe(10)
    expect(lossOf('sparseCategoricalCrossentropy').labels).toBe('int32')
  })

  it.each(['categoricalCrossentropy', 'sparseCategoricalCrossentropy'] as const)(
    'of %s need two classes',
    (name) => {
      for (const output of [[null, 1], [null]]) {
        expect(() => shapes(name, output)).toThrow(
          expect.objectContaining({
            code: 'shape',
            message: expect.stringContaining('use binaryCrossentropy'),
          }),
        )
      }
    },
  )

  it.each([
    [
      'mse',
      [4, 2],
      [4, 3],
      /meanSquaredError: expected labels of shape \[batch, 3\].*\[batch, 2\]/,
    ],
    ['mse', [4], [4, 4], /expected labels of shape \[batch, 4\]/],
    [
      'sparseCategoricalCrossentropy',
      [4, 3],
      [4, 3],
      /expected labels of shape \[batch\].*\[batch, 3\]/,
    ],
  ] as [LossName, Shape, Shape, RegExp][])(
    'of %s in shape %j do not fit %j',
    (name, given, output, message) => {
      const loss = lossOf(name)
      const zeros = (shape: Shape) => ({
        shape,
        data: new Float32Array(shape.reduce((n, d) => n * d, 1)),
      })
      const inputs = { yTrue: { ...zeros(given), dtype: loss.labels }, yPred: zeros(output) }
      const call = ({ yTrue, yPred }: Record<'yTrue' | 'yPred', SymbolicTensor>) => ({
        y: loss.call(yTrue, yPred),
      })
      expect(() => evaluate(inputs, call)).toThrow(
        expect.objectContaining({ code: 'shape', message: expect.stringMatching(message) }),
      )
    },
  )
})

describe('losses by name', () => {
  it('are a union of literals', () => {
    expectTypeOf<'mse'>().toExtend<LossName>()
    expectTypeOf<string>().not.toExtend<LossName>()
  })

  it('have Keras’s short names', () => {
    expect(lossOf('mse').type).toBe('meanSquaredError')
    expect(lossOf('mae').type).toBe('meanAbsoluteError')
    expect(lossOf('bce').type).toBe('binaryCrossentropy')
  })

  it('are suggested where a name is near', () => {
    expect(() => lossOf('categorical_crossentropy' as LossName)).toThrow(
      "Did you mean 'categoricalCrossentropy'?",
    )
  })

  it('may be losses of your own', () => {
    const own = { ...losses.huber(), type: 'own' }
    expect(lossOf(own)).toBe(own)
    expect(() => lossOf(undefined as unknown as LossName)).toThrow('compile: loss must be')
  })

  it('come back from their JSON form', () => {
    for (const make of Object.values(losses)) {
      const { type, config } = make()
      const form = JSON.parse(JSON.stringify(config()))
      expect(lossFromConfig(type, form).config()).toEqual(config())
    }
    const [delta, reduction] = [2, 'sum'] as const
    expect(losses.huber({ delta, reduction }).config()).toEqual({ delta, reduction })
  })

  it('reject what makes no sense', () => {
    expect(() => losses.huber({ delta: 0 })).toThrow('huber: delta must be a number > 0')
    expect(() => losses.binaryCrossentropy({ labelSmoothing: 2 })).toThrow('in [0, 1]')
    expect(() =>
      losses.sparseCategoricalCrossentropy({ fromLogits: 1 as unknown as boolean }),
    ).toThrow('fromLogits must be true or false')
    expect(() => losses.meanSquaredError({ reduction: 'none' as 'sum' })).toThrow(
      "reduction must be one of 'sumOverBatchSize', 'sum', 'mean', 'meanWithSampleWeight'",
    )
    expect(() => losses.categoricalGeneralizedCrossEntropy({ q: 1 })).toThrow('q must be a number')
    expect(() => losses.categoricalCrossentropy({ axis: 0 })).toThrow('axis must be')
    expect(() => losses.sparseCategoricalCrossentropy({ ignoreClass: 0.5 })).toThrow('ignoreClass')
    expect(() => losses.circle({ gamma: 0 })).toThrow('circle: gamma must be a number > 0')
    expect(() => losses.tversky({ alpha: -1 })).toThrow('tversky: alpha must be a number ≥ 0')
    expect(() => losses.dice({ axis: [0.5] })).toThrow('dice: axis[0] must be a whole number')
    const three = losses.categoricalFocalCrossentropy({ alpha: [1, 2, 3] })
    expect(() => three.labelShape([null, 4])).toThrow('one for each of 4 classes')
  })
})
