// Every metric against Keras over batches of unequal size, and the choice of a metric.

import { describe, expect, expectTypeOf, it } from 'vitest'
import type { Config } from '../layers/layer.ts'
import { type LossName, lossOf } from '../losses/registry.ts'
import type { Dtype } from '../shape.ts'
import { expectEachClose, type Recorded, reference } from '../testing/reference.ts'
import { evaluate } from '../testing/run.ts'
import * as metrics from './index.ts'
import type { Metric } from './metric.ts'
import { type MetricName, metricFromConfig, resolveMetric } from './registry.ts'

interface Batch {
  yTrue: Recorded
  yPred: Recorded
  sampleWeight?: Recorded
}

interface Case {
  metric: keyof typeof metrics | 'accuracy'
  resolvesTo?: keyof typeof metrics
  config: Config
  batches: Batch[]
  results: number[]
}

const { cases } = reference<{ cases: Case[] }>('metrics')

/** A loss whose labels have the shape of the case's. */
const lossFor = ({ batches: [batch] }: Case): LossName => {
  const { yTrue, yPred } = batch as Batch
  if (yTrue.shape.length < yPred.shape.length) return 'sparseCategoricalCrossentropy'
  return yPred.shape.at(-1) === 1 ? 'binaryCrossentropy' : 'categoricalCrossentropy'
}

const metricFor = (c: Case): Metric => {
  if (c.metric !== 'accuracy') return metricFromConfig(c.metric, c.config)
  const outputShape = [null, ...((c.batches[0] as Batch).yPred.shape.slice(1) as number[])]
  return resolveMetric('accuracy', { loss: lossOf(lossFor(c)), outputShape })
}

const sumsOf = (metric: Metric, { yTrue, yPred, sampleWeight }: Batch): Float32Array => {
  const batch = yPred.shape[0] as number
  const classes = metric.type === 'sparseCategoricalAccuracy'
  const weights = { shape: [batch], data: sampleWeight?.data ?? new Array(batch).fill(1) }
  const dtype: Dtype = classes ? 'int32' : 'float32'
  const { sums } = evaluate({ yTrue: { ...yTrue, dtype }, yPred, weights }, (x) => ({
    sums: metric.sums(x.yTrue, x.yPred, x.weights),
  }))
  return sums.data as Float32Array
}

const isColumnOfClasses = (c: Case) => {
  const { yTrue, yPred } = c.batches[0] as Batch
  return yTrue.shape.at(-1) === 1 && (yPred.shape.at(-1) as number) > 1
}

describe.each(cases.map((c, i) => [c.metric, JSON.stringify(c.config), i, c] as const))(
  '%s %s #%i',
  (_, __, ___, recorded) => {
    // Labels [B, 1] for several scores: here the model takes the axis away before the metric sees
    // it.
    const metric = isColumnOfClasses(recorded)
      ? metrics.sparseCategoricalAccuracy()
      : metricFor(recorded)

    it('is what Keras computes after each batch', () => {
      const totals = [0, 0]
      const results = recorded.batches.map((batch) => {
        sumsOf(metric, batch).forEach((sum, i) => {
          totals[i] = (totals[i] as number) + sum
        })
        return metric.result(totals)
      })
      expectEachClose(results, recorded.results, 1e-5, 1e-7)
    })

    it('is the metric that Keras chooses', () => {
      expect(metric.type).toBe(recorded.resolvesTo ?? recorded.metric)
    })
  },
)

describe('metrics', () => {
  it('are a union of literals', () => {
    expectTypeOf<'acc'>().toExtend<MetricName>()
    expectTypeOf<string>().not.toExtend<MetricName>()
  })

  const model = { loss: lossOf('categoricalCrossentropy'), outputShape: [null, 3] }

  it('are all recorded', () => {
    const recorded = new Set(cases.map((c) => c.metric).filter((name) => name !== 'accuracy'))
    expect([...recorded].sort()).toEqual(Object.keys(metrics).sort())
  })

  it('are NaN when nothing was seen', () => {
    for (const make of Object.values(metrics)) expect(make().result([0, 0])).toBeNaN()
  })

  it('are called by the name that chose them', () => {
    const names = ['accuracy', 'acc', 'mse', 'mae', 'rmse', 'meanSquaredError'] as const
    expect(names.map((name) => resolveMetric(name, model).name)).toEqual(names)
    expect(metrics.meanSquaredError().name).toBe('meanSquaredError')
    expect(metrics.meanSquaredError({ name: 'error' }).name).toBe('error')
  })

  it.each([
    ['binaryCrossentropy', [null, 1], 'binaryAccuracy'],
    ['mse', [null, 1], 'binaryAccuracy'],
    ['sparseCategoricalCrossentropy', [null, 4], 'sparseCategoricalAccuracy'],
    ['categoricalCrossentropy', [null, 4], 'categoricalAccuracy'],
  ] as const)('accuracy for %s on %j is %s', (loss, outputShape, type) => {
    expect(resolveMetric('accuracy', { loss: lossOf(loss), outputShape }).type).toBe(type)
  })

  it('are suggested where a name is near', () => {
    expect(() => resolveMetric('acuracy' as MetricName, model)).toThrow("Did you mean 'accuracy'?")
  })

  it('may be metrics of your own', () => {
    const own = metrics.meanAbsoluteError()
    expect(resolveMetric(own, model)).toBe(own)
    expect(() => resolveMetric({} as Metric, model)).toThrow('metrics must be names or metrics')
  })

  it('come back from their JSON form', () => {
    for (const made of [
      metrics.binaryAccuracy({ threshold: 0.7, name: 'a' }),
      metrics.meanSquaredError(),
    ]) {
      const again = metricFromConfig(made.type, JSON.parse(JSON.stringify(made.config())))
      expect(again.config()).toEqual(made.config())
      expect(again.name).toBe(made.name)
    }
  })

  it('reject labels of another shape', () => {
    const batch = {
      yTrue: { shape: [2, 2], data: [0, 0, 0, 0] },
      yPred: { shape: [2, 3], data: [1, 2, 3, 4, 5, 6] },
    }
    expect(() => sumsOf(metrics.meanSquaredError(), batch)).toThrow(
      'meanSquaredError: expected labels of shape [batch, 3]',
    )
  })
})
