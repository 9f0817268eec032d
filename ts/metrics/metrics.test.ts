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
  if (!c.resolvesTo) return metricFromConfig(c.metric, c.config)
  const outputShape = [null, ...((c.batches[0] as Batch).yPred.shape.slice(1) as number[])]
  return resolveMetric('accuracy', { loss: lossOf(lossFor(c)), outputShape })
}

const sumsOf = (metric: Metric, { yTrue, yPred, sampleWeight }: Batch): Float32Array => {
  const batch = yPred.shape[0] as number
  const classes = metric.type.startsWith('sparse')
  const weights = sampleWeight ?? { shape: [batch], data: new Array(batch).fill(1) }
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
      const totals: number[] = []
      const results = recorded.batches.flatMap((batch) => {
        sumsOf(metric, batch).forEach((sum, i) => {
          totals[i] = (totals[i] ?? 0) + sum
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

describe('confusionMatrix', () => {
  it('counts the classes that are taken for each other', () => {
    const yPred = { shape: [4, 3], data: [9, 0, 0, 0, 9, 0, 0, 9, 0, 0, 0, 9] }
    const weighted = { shape: [4], data: [1, 1, 1, 0.5] }
    const matrix = metrics.confusionMatrix({ numClasses: 3 })
    const sparse = { yTrue: { shape: [4], data: [0, 1, 2, 2] }, yPred, sampleWeight: weighted }
    const wanted = [1, 0, 0, 0, 1, 0, 0, 1, 0.5]
    expect(Array.from(sumsOf(matrix, sparse))).toEqual(wanted)
    const hot = { shape: [4, 3], data: [1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1] }
    expect(Array.from(sumsOf(matrix, { ...sparse, yTrue: hot }))).toEqual(wanted)
    expect(matrix.result(wanted)).toEqual(wanted)
  })
})

describe('metrics', () => {
  it('are a union of literals', () => {
    expectTypeOf<'acc'>().toExtend<MetricName>()
    expectTypeOf<string>().not.toExtend<MetricName>()
  })

  const model = { loss: lossOf('categoricalCrossentropy'), outputShape: [null, 3] }

  it('are all recorded, but the matrix, which Keras has not', () => {
    const recorded = new Set(cases.filter((c) => !c.resolvesTo).map((c) => c.metric))
    const known = Object.keys(metrics).filter((name) => name !== 'confusionMatrix')
    expect([...recorded].sort()).toEqual(known.sort())
  })

  it('are NaN when nothing was seen, and counts 0', () => {
    for (const make of [metrics.mean, metrics.hinge, metrics.binaryAccuracy]) {
      expect(make().result([0, 0])).toBeNaN()
      expect(make().result([])).toBeNaN()
    }
    expect(metrics.f1Score({ average: 'macro' }).result([])).toBeNaN()
    expect(metrics.sum().result([])).toBe(0)
    expect(metrics.precision({ thresholds: [0.2, 0.4] }).result([])).toEqual([0, 0])
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
      metrics.auc({ thresholds: [0.5, 0.2], labelWeights: [1, 2], curve: 'PR' }),
      metrics.precision({ thresholds: [0.5, 0.2], topK: 3, classId: 1 }),
      metrics.truePositives(),
      metrics.iou({ numClasses: 3, targetClassIds: [0, 2], sparseYPred: false }),
      metrics.oneHotMeanIoU({ numClasses: 3, ignoreClass: 1 }),
      metrics.binaryIoU({ threshold: 0.3 }),
      metrics.recallAtPrecision({ precision: 0.8, numThresholds: 10 }),
      metrics.fBetaScore({ beta: 2, average: 'macro' }),
      metrics.r2Score({ classAggregation: null }),
      metrics.confusionMatrix({ numClasses: 3 }),
      metrics.sparseCategoricalCrossentropy({ ignoreClass: 2, fromLogits: true }),
    ]) {
      const again = metricFromConfig(made.type, JSON.parse(JSON.stringify(made.config())))
      expect(again.config()).toEqual(made.config())
      expect(again.name).toBe(made.name)
    }
  })

  it('count probabilities of exactly 0 and 1 in the area under a curve', () => {
    const batch = {
      yTrue: { shape: [4, 1], data: [0, 1, 0, 1] },
      yPred: { shape: [4, 1], data: [0, 0, 1, 1] },
    }
    const auc = metrics.auc()
    expect(auc.result(Array.from(sumsOf(auc, batch)))).toBe(0.5)
  })

  it('that need options are no names', () => {
    expectTypeOf<'auc'>().toExtend<MetricName>()
    expectTypeOf<'iou'>().not.toExtend<MetricName>()
    expect(() => resolveMetric('iou' as MetricName, model)).toThrow('iou: numClasses must be')
  })

  it('reject what makes no sense', () => {
    expect(() => metrics.precision({ thresholds: [0.5, 2] })).toThrow('precision: thresholds[1]')
    expect(() => metrics.recall({ topK: 0 })).toThrow('recall: topK must be')
    expect(() => metrics.recall({ classId: -1 })).toThrow('recall: classId must be')
    expect(() => metrics.auc({ numThresholds: 1 })).toThrow('auc: numThresholds must be')
    expect(() => metrics.auc({ curve: 'roc' as 'ROC' })).toThrow("curve must be one of 'ROC'")
    expect(() => metrics.precisionAtRecall({ recall: 2 })).toThrow('recall must be a number in')
    expect(() => metrics.f1Score({ threshold: 0 })).toThrow('threshold must be a number in (0, 1]')
    expect(() => metrics.f1Score({ average: 'mean' as 'macro' })).toThrow('average must be one of')
    expect(() => metrics.r2Score({ numRegressors: -1 })).toThrow('numRegressors must be')
    expect(() => metrics.topKCategoricalAccuracy({ k: 0 })).toThrow('k must be a positive whole')
    expect(() => metrics.cosineSimilarity({ axis: 0.5 })).toThrow('axis must be a whole number')
    expect(() => metrics.iou({ numClasses: 2, targetClassIds: [2] })).toThrow('below the 2 classes')
    const batch = { yTrue: { shape: [1, 2], data: [0, 1] }, yPred: { shape: [1, 2], data: [0, 1] } }
    expect(() => sumsOf(metrics.recall({ classId: 2 }), batch)).toThrow('classId 2 is none of 2')
    const deep = {
      yTrue: { shape: [1, 1, 2], data: [0, 1] },
      yPred: { shape: [1, 1, 2], data: [0, 1] },
    }
    expect(() => sumsOf(metrics.f1Score(), deep)).toThrow('f1Score: the output must be [batch')
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
