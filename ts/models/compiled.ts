// What `compile` was given, checked: optimizer, and for each output a loss, its weight and metrics.
// Losses and metrics are resolved when the outputs are known.

import { badArgument, finite } from '../checks.ts'
import { isByName } from '../data/several.ts'
import { GradloomError } from '../errors.ts'
import { subjectOf } from '../layers/expect.ts'
import type { Loss } from '../losses/loss.ts'
import { type LossSpec, lossOf } from '../losses/registry.ts'
import type { Metric } from '../metrics/metric.ts'
import { type MetricSpec, resolveMetric } from '../metrics/registry.ts'
import type { Optimizer } from '../optimizers/optimizer.ts'
import { type OptimizerSpec, optimizerOf } from '../optimizers/registry.ts'
import type { BatchShape } from '../shape.ts'
import type { OutputPort } from './network.ts'
import { byName } from './several.ts'

/** One, or one for each output: in their order, or by their names. */
export type OfOutputs<T, Name extends string = string> =
  | T
  | readonly T[]
  | (string extends Name ? Readonly<Record<string, T>> : { readonly [K in Name]?: T })

/** Metrics of one output, or of each. */
export type MetricSpecs<Name extends string = string> = OfOutputs<
  MetricSpec | readonly MetricSpec[] | null,
  Name
>

/** `Name`: an output, where they were given by name. */
export interface CompileOptions<Name extends string = string> {
  /**
   * A name, or an optimizer such as `optimizers.adam({ learningRate: 0.01 })`. Default `'rmsprop'`.
   */
  optimizer?: OptimizerSpec
  /**
   * A name, or a loss such as `losses.huber({ delta: 2 })`. For several outputs an array or an
   * object by their names; `null` for an output that is not compared, one loss for all of them.
   */
  loss: OfOutputs<LossSpec | null, Name>
  /** What each output's loss counts in the sum. Default 1. */
  lossWeights?: OfOutputs<number, Name>
  /** Names or metrics; they ignore sample weights. Several outputs: as `loss`. Default none. */
  metrics?: MetricSpecs<Name>
  /** Names or metrics that count each sample with its weight. Default none. */
  weightedMetrics?: MetricSpecs<Name>
  /**
   * Seed of initial weights (where they are not there yet), shuffling and dropout. Default: from
   * the seed of `init`.
   */
  seed?: number
}

/** How one output is compared. */
export interface Task {
  readonly name: string
  /** Absent where the output needs no targets. */
  readonly loss: Loss | undefined
  readonly weight: number
}

/** A metric under its key in logs. */
export interface Measured {
  readonly key: string
  readonly metric: Metric
  readonly weighted: boolean
  /** Number of its output. */
  readonly output: number
}

/** An output shape for which every name can be looked up. */
const ANY_OUTPUT: BatchShape = [null, 1]

const isLoss = (x: unknown): boolean => typeof (x as Loss | null)?.call === 'function'
const isMetric = (x: unknown): boolean => typeof (x as Metric | null)?.sums === 'function'

export class Compiled {
  readonly optimizer: Optimizer
  readonly #options: CompileOptions
  #tasks: readonly Task[] = []
  #metrics: readonly Measured[] = []

  constructor(options: CompileOptions) {
    this.optimizer = optimizerOf(options.optimizer ?? 'rmsprop')
    this.#options = options
    for (const spec of flat(options.loss, isLoss)) if (spec !== null) lossOf(spec as LossSpec)
    const any = { loss: lossOf('mse'), outputShape: ANY_OUTPUT }
    for (const option of ['metrics', 'weightedMetrics'] as const) {
      mustBeSeveral(option, options[option])
      const specs = flat(options[option], isMetric).flatMap((spec) => flat(spec, isMetric))
      for (const spec of specs) if (spec) resolveMetric(spec as MetricSpec, any)
    }
  }

  /** Chooses loss and metrics for each output; errors name the layer that gives the output. */
  fit(outputs: readonly OutputPort[]): void {
    const names = outputs.map(({ name }) => name)
    const { loss, lossWeights } = this.#options
    const several = isByName(loss) || Array.isArray(loss)
    const specs =
      several && !isLoss(loss) ? byName('loss', loss, names) : names.map(() => loss as LossSpec)
    const weights = lossWeights === undefined ? [] : byName('lossWeights', lossWeights, names)
    this.#tasks = outputs.map((output, i) => {
      const spec = specs[i]
      const made = spec ? lossOf(spec) : undefined
      of(output, () => made?.labelShape(output.shape))
      return {
        name: output.name,
        loss: made,
        weight: finite('compile', 'lossWeights', weights[i] ?? 1),
      }
    })
    if (this.#tasks.every((task) => !task.loss)) {
      throw badArgument('compile', 'loss', 'none', 'given for one output at least')
    }
    const all = [...this.#found('metrics', outputs), ...this.#found('weightedMetrics', outputs)]
    this.#metrics = keyed(all, names, this.lossKeys)
  }

  #found(option: 'metrics' | 'weightedMetrics', outputs: readonly OutputPort[]) {
    const given = this.#options[option]
    if (given === undefined) return []
    const names = outputs.map(({ name }) => name)
    const single = outputs.length === 1 && Array.isArray(given)
    const lists = single ? [given] : byName<unknown>(option, given as never, names, isMetric)
    return outputs.flatMap((output, i) =>
      flat(lists[i], isMetric).map((spec) => ({
        metric: of(output, () => this.#resolve(spec as MetricSpec, output, i)),
        weighted: option === 'weightedMetrics',
        output: i,
      })),
    )
  }

  #resolve(spec: MetricSpec, { shape }: OutputPort, output: number): Metric {
    const loss = this.#tasks[output]?.loss ?? lossOf('mse')
    return resolveMetric(spec, { loss, outputShape: shape })
  }

  /** One for each output; empty before the outputs are known. */
  get tasks(): readonly Task[] {
    return this.#tasks
  }

  /** In the order of the logs. */
  get metrics(): readonly Measured[] {
    return this.#metrics
  }

  /** Keys of the outputs' own losses, by output: none where there is only one loss. */
  get lossKeys(): ReadonlyMap<number, string> {
    const own = this.#tasks.flatMap(({ loss, name }, i) =>
      loss ? [[i, `${name}_loss`] as const] : [],
    )
    return new Map(own.length > 1 ? own : [])
  }
}

/** Errors name the layer that gives the output. */
const of = <T>({ layer }: OutputPort, call: () => T): T => {
  try {
    return call()
  } catch (error) {
    if (!(error instanceof GradloomError)) throw error
    const message = `${subjectOf(layer)}: ${error.message}`
    throw new GradloomError(error.code, message, { subject: layer.name, cause: error })
  }
}

/** The things in a list or an object, or the one thing; none for `null` and `undefined`. */
const flat = (given: unknown, isOne: (x: unknown) => boolean): unknown[] => {
  if (Array.isArray(given)) return given
  if (isByName(given) && !isOne(given)) return Object.values(given)
  return given === undefined || given === null ? [] : [given]
}

const mustBeSeveral = (option: string, given: MetricSpecs | undefined): void => {
  if (given === undefined || Array.isArray(given) || (isByName(given) && !isMetric(given))) return
  throw badArgument(
    'compile',
    option,
    given,
    "an array, such as ['accuracy'], or an object by output",
  )
}

/** As in Keras: behind the output's name if there are several, and weighted ones make room. */
const keyed = (
  metrics: readonly Omit<Measured, 'key'>[],
  names: readonly string[],
  lossKeys: ReadonlyMap<number, string>,
): Measured[] => {
  const taken = new Set(['loss', ...lossKeys.values()])
  return metrics.map((measured) => {
    const { metric, weighted, output } = measured
    const prefix = names.length > 1 ? `${names[output]}_` : ''
    const plain = `${prefix}${metric.name}`
    const key = weighted && taken.has(plain) ? `${prefix}weighted_${metric.name}` : plain
    if (taken.has(key)) {
      throw new GradloomError(
        'argument',
        `compile: two metrics are named '${key}'; give one a name of its own.`,
        { subject: key },
      )
    }
    taken.add(key)
    return { ...measured, key }
  })
}
