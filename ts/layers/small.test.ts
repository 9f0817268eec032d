// The small layers: noise while training, masks of merged inputs, what they refuse.

import { describe, expect, it } from 'vitest'
import { mean, sumAll, variance } from '../composites/common.ts'
import type { SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import { refusal } from '../testing/refusal.ts'
import { evaluate, loadCore, passOver } from '../testing/run.ts'
import { FunctionalTensor } from './functional.ts'
import * as layers from './index.ts'
import type { AnyLayer } from './layer.ts'

const functional = (shape: number[], mask?: number[]) =>
  new FunctionalTensor([null, ...shape], 'float32', mask && [null, ...mask])

const SIZE = 40_000
const ones = { shape: [100, 400], data: new Float32Array(SIZE).fill(1) }

/** Mean and variance of what a layer makes of ones, and of its gradient. */
const disturbed = (layer: AnyLayer, training = true) => {
  const inputs = { x: ones }
  const { y, dx, m, v } = evaluate(inputs, ({ x }, graph) => {
    const y = layer.apply(x, passOver(graph, training)) as SymbolicTensor
    const [dx = y] = graph.gradients(sumAll(y), [x])
    return { y, dx, m: mean(y), v: variance(y) }
  })
  return { y: y.data, dx: dx.data, mean: m.data[0] as number, variance: v.data[0] as number }
}

describe('noise', () => {
  it('is added by gaussianNoise', () => {
    const noisy = disturbed(layers.gaussianNoise({ stddev: 0.5 }))
    expect(noisy.mean).toBeCloseTo(1, 1)
    expect(noisy.variance).toBeCloseTo(0.25, 1)
    expect(new Set(noisy.dx)).toEqual(new Set([1]))
  })

  it('is multiplied by gaussianDropout, and by its gradient', () => {
    const noisy = disturbed(layers.gaussianDropout({ rate: 0.2 }))
    expect(noisy.mean).toBeCloseTo(1, 1)
    expect(noisy.variance).toBeCloseTo(0.25, 1)
    expect(noisy.dx).toEqual(noisy.y)
  })

  it('keeps mean and variance of what alphaDropout gets', () => {
    const normal = { rng: { shape: [4], data: [1, 2, 0, 0], dtype: 'int32' as const } }
    const { m, v } = evaluate(normal, ({ rng }, graph) => {
      const x = ops.randomNormal(rng, 77, [100, 400])
      const y = layers.alphaDropout({ rate: 0.3 }).apply(x, passOver(graph, true))
      return { m: mean(y), v: variance(y) }
    })
    expect(m.data[0]).toBeCloseTo(0, 1)
    expect(v.data[0]).toBeCloseTo(1, 1)
    const values = new Set(disturbed(layers.alphaDropout({ rate: 0.3 })).y)
    expect(values.size).toBe(2)
  })

  it.each([
    layers.gaussianNoise({ stddev: 0.5 }),
    layers.gaussianDropout({ rate: 0.2 }),
    layers.alphaDropout({ rate: 0.2 }),
    layers.gaussianNoise({ stddev: 0 }),
  ])('does nothing at inference, nor at 0: %#', (layer) => {
    const idle = layer.config().stddev === 0
    expect(disturbed(layer, idle).y).toEqual(ones.data)
  })

  it('drops whole channels in spatialDropout', () => {
    const shapes = [
      [40, 8, 50],
      [40, 2, 4, 50],
      [40, 2, 2, 2, 50],
    ]
    const all = [layers.spatialDropout1d, layers.spatialDropout2d, layers.spatialDropout3d]
    all.forEach((make, i) => {
      const x = { shape: shapes[i] as number[], data: new Float32Array(16_000).fill(1) }
      const { y } = evaluate({ x }, ({ x }, graph) => {
        return { y: make({ rate: 0.25 }).apply(x, passOver(graph, true)) }
      })
      expect([...new Set(y.data)].sort()).toEqual([0, Math.fround(4 / 3)])
      y.data.forEach((value, at) => {
        const first = Math.floor(at / 400) * 400 + (at % 50)
        if (value !== y.data[first]) expect.fail(`element ${at}`)
      })
    })
  })
})

describe('merged masks', () => {
  const [masked, plain] = [() => functional([3, 2], [3]), () => functional([3, 2])]

  it('pass where all inputs have one', () => {
    loadCore()
    expect(layers.add().apply([masked(), masked()]).mask).toEqual([null, 3])
    expect(layers.add().apply([masked(), plain()]).mask).toBeUndefined()
    expect(layers.dot({ axes: 2 }).apply([masked(), masked()]).mask).toBeUndefined()
  })

  it('are joined where steps are', () => {
    loadCore()
    const steps = layers.concatenate({ axis: 1 })
    expect(steps.apply([masked(), functional([4, 2])]).mask).toEqual([null, 7])
    expect(layers.concatenate().apply([masked(), plain()]).mask).toEqual([null, 3])
    expect(steps.apply([plain(), plain()]).mask).toBeUndefined()
  })
})

it('activityRegularization adds to the loss', () => {
  const { loss } = evaluate({ x: { shape: [2, 2], data: [1, -2, 3, -4] } }, ({ x }, graph) => {
    const pass = passOver(graph, true)
    layers.activityRegularization({ l1: 0.1, l2: 0.01 }).apply(x, pass)
    return { loss: pass.losses[0] as SymbolicTensor }
  })
  expect(loss.data[0]).toBeCloseTo((0.1 * 10 + 0.01 * 30) / 2, 6)
})

describe('arguments', () => {
  it.each([
    [() => layers.gaussianNoise({ stddev: -1 }), 'stddev'],
    [() => layers.gaussianDropout({ rate: 1 }), 'rate'],
    [() => layers.alphaDropout({ rate: -0.1 }), 'rate'],
    [() => layers.spatialDropout2d({ rate: 1 }), 'rate'],
    [() => layers.permute({ dims: [0, 1] }), 'dims'],
    [() => layers.permute({ dims: [1, 1] }), 'dims'],
    [() => layers.repeatVector({ n: 0 }), 'n must'],
    [() => layers.activityRegularization({ l1: -1 }), 'l1'],
    [() => layers.activityRegularization({ l2: -1 }), 'l2'],
    [() => layers.zeroPadding2d({ padding: -1 }), 'padding'],
    [() => layers.zeroPadding2d({ padding: [1, 2, 3] }), 'padding'],
    [() => layers.cropping1d({ cropping: [1, 0.5] }), 'cropping'],
    [
      () =>
        layers.cropping3d({
          cropping: [
            [1, 2],
            [1, 2],
          ],
        }),
      'cropping',
    ],
    [() => layers.upSampling2d({ size: 0 }), 'size'],
    [() => layers.upSampling2d({ interpolation: 'cubic' as never }), 'interpolation'],
    [() => layers.concatenate({ axis: 0 }), 'axis'],
    [() => layers.dot({ axes: 0 }), 'axes'],
    [() => layers.dot({ axes: 1, normalize: 1 as never }), 'normalize'],
    [() => layers.relu({ maxValue: -1 }), 'maxValue'],
    [() => layers.relu({ negativeSlope: -1 }), 'negativeSlope'],
    [() => layers.relu({ threshold: -1 }), 'threshold'],
    [() => layers.leakyRelu({ negativeSlope: Number.NaN }), 'negativeSlope'],
    [() => layers.elu({ alpha: Number.NaN }), 'alpha'],
    [() => layers.softmax({ axis: 0 }), 'axis'],
    [() => layers.prelu({ sharedAxes: [0] }), 'axis'],
  ])('%#', (make, option) => {
    expect(make).toThrow(refusal('argument', option))
  })

  it.each([
    [() => layers.permute({ dims: [2, 1] }).apply(functional([3])), 'rank 3'],
    [() => layers.repeatVector({ n: 2 }).apply(functional([3, 4])), '[batch, features]'],
    [() => layers.zeroPadding2d().apply(functional([3, 4])), '[batch, height, width, channels]'],
    [() => layers.cropping1d({ cropping: 2 }).apply(functional([4, 1])), 'does not fit'],
    [() => layers.add().apply([functional([3])]), 'at least two'],
    [() => layers.add().apply([functional([3]), functional([4])]), 'add'],
    [() => layers.subtract().apply([functional([3]), functional([3]), functional([3])]), 'two'],
    [() => layers.concatenate().apply([functional([3, 2]), functional([4, 2])]), '[batch, 4, 2]'],
    [() => layers.concatenate({ axis: 4 }).apply([functional([3]), functional([3])]), 'axis 4'],
    [() => layers.dot({ axes: 1 }).apply([functional([3]), functional([4])]), 'not the same'],
    [() => layers.softmax({ axis: 2 }).apply(functional([3])), 'axis 2'],
  ])('which do not fit the inputs: %#', (make, message) => {
    loadCore()
    expect(make).toThrow(refusal('shape', message))
  })
})
