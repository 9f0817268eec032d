// What `compile` was given, checked: optimizer, loss and metrics. Metrics are resolved when the
// output shape is known.

import { GradloomError } from '../errors.ts'
import type { Loss } from '../losses/loss.ts'
import { type LossSpec, lossOf } from '../losses/registry.ts'
import type { Metric } from '../metrics/metric.ts'
import { type MetricSpec, resolveMetric } from '../metrics/registry.ts'
import type { Optimizer } from '../optimizers/optimizer.ts'
import { type OptimizerSpec, optimizerOf } from '../optimizers/registry.ts'
import type { BatchShape } from '../shape.ts'

export interface CompileOptions {
  /**
   * A name, or an optimizer such as `optimizers.adam({ learningRate: 0.01 })`. Default `'rmsprop'`.
   */
  optimizer?: OptimizerSpec
  /** A name, or a loss such as `losses.huber({ delta: 2 })`. */
  loss: LossSpec
  /** Names or metrics; they ignore sample weights. Default none. */
  metrics?: readonly MetricSpec[]
  /** Names or metrics that count each sample with its weight. Default none. */
  weightedMetrics?: readonly MetricSpec[]
  /**
   * Seed of initial weights (where they are not there yet), shuffling and dropout. Default: from
   * the seed of `init`.
   */
  seed?: number
}

/** A metric under its key in logs. */
export interface Measured {
  readonly key: string
  readonly metric: Metric
  readonly weighted: boolean
}

/** An output shape for which every name can be looked up. */
const ANY_OUTPUT: BatchShape = [null, 1]

export class Compiled {
  readonly optimizer: Optimizer
  readonly loss: Loss
  readonly #metrics: readonly MetricSpec[]
  readonly #weighted: readonly MetricSpec[]
  #resolved: readonly Measured[] | undefined

  constructor(options: CompileOptions) {
    this.optimizer = optimizerOf(options.optimizer ?? 'rmsprop')
    this.loss = lossOf(options.loss)
    this.#metrics = list('metrics', options.metrics)
    this.#weighted = list('weightedMetrics', options.weightedMetrics)
    for (const spec of [...this.#metrics, ...this.#weighted]) this.#resolve(spec, ANY_OUTPUT)
  }

  #resolve(spec: MetricSpec, outputShape: BatchShape): Metric {
    return resolveMetric(spec, { loss: this.loss, outputShape })
  }

  /** Checks the loss against the model's output and chooses the metrics. */
  fit(outputShape: BatchShape): void {
    this.loss.labelShape(outputShape)
    const resolve = (weighted: boolean) => (spec: MetricSpec) => ({
      metric: this.#resolve(spec, outputShape),
      weighted,
    })
    const plain = this.#metrics.map(resolve(false))
    this.#resolved = keyed([...plain, ...this.#weighted.map(resolve(true))])
  }

  /** In the order of the logs. */
  get metrics(): readonly Measured[] {
    return this.#resolved ?? []
  }
}

const list = (option: string, given: readonly MetricSpec[] | undefined): readonly MetricSpec[] => {
  if (given === undefined || Array.isArray(given)) return given ?? []
  throw new GradloomError(
    'argument',
    `compile: ${option} must be an array, such as ['accuracy'].`,
    {
      subject: option,
    },
  )
}

/** As in Keras, a weighted metric makes room for one of the same name. */
const keyed = (metrics: readonly Omit<Measured, 'key'>[]): Measured[] => {
  const taken = new Set(['loss'])
  return metrics.map(({ metric, weighted }) => {
    const free = weighted && taken.has(metric.name) ? `weighted_${metric.name}` : metric.name
    if (taken.has(free)) {
      throw new GradloomError(
        'argument',
        `compile: two metrics are named '${free}'; give one a name of its own.`,
        { subject: free },
      )
    }
    taken.add(free)
    return { key: free, metric, weighted }
  })
}
