// The public face of a model: what it offers, in one list. Each method's work is in a file of its
// own.

import type { Logs } from '../callbacks/callback.ts'
import { badArgument, positiveWhole } from '../checks.ts'
import type { Layer } from '../layers/layer.ts'
import type { Optimizer } from '../optimizers/optimizer.ts'
import type { Schedule } from '../schedules/schedule.ts'
import type { BatchShape } from '../shape.ts'
import type { Tensor, TensorLike } from '../tensor.ts'
import type { Variable } from '../variable.ts'
import { Compiled, type CompileOptions } from './compiled.ts'
import { type Cost, type CostOptions, costOf } from './cost.ts'
import { evaluate } from './evaluate.ts'
import { modelBlob, saveModel } from './file/save.ts'
import { fit } from './fit/fit.ts'
import type { FitOptions } from './fit/options.ts'
import { asDataset, type DatasetLike, fromStream, isDatasetLike, readOnce } from './fit/sources.ts'
import { columnsOf, type EpochRecord, type History } from './history.ts'
import type { Live } from './live.ts'
import { checkOptions } from './options.ts'
import { predict } from './predict.ts'
import { samplesOf } from './samples.ts'
import { givenSeed } from './seed.ts'
import { countsOf, summaryOf } from './summary.ts'
import { type TrainOnBatchOptions, trainOnBatch } from './train-on-batch.ts'
import { getWeights, setWeights } from './weights.ts'

export interface EvaluateOptions {
  /** Samples a step; datasets of batches have their own. Default 32. */
  batchSize?: number
  /** One weight a sample: [N]. */
  sampleWeight?: TensorLike
  /** Ends the evaluation within one step when it fires. */
  signal?: AbortSignal
}

export interface PredictOptions {
  /** Samples a step; it changes no number. Default 256. */
  batchSize?: number
  /** Ends the prediction within one step when it fires. */
  signal?: AbortSignal
}

export interface SummaryOptions {
  /** Takes the table; `false`: it is only returned. Default `console.log`. */
  print?: ((table: string) => void) | false
}

/** `Symbol.dispose`, or what compilers of `using` look for where the engine lacks it. */
const disposeSymbol: typeof Symbol.dispose = (Symbol.dispose ??
  Symbol.for('Symbol.dispose')) as typeof Symbol.dispose

export class Model {
  readonly #live: Live

  /** Use `sequential` or `loadModel`. */
  constructor(live: Live) {
    this.#live = live
  }

  get name(): string {
    return this.#live.name
  }

  get layers(): readonly Layer[] {
    return this.#live.network.layers
  }

  /** `[null, ...]`; undefined while it is not known. */
  get inputShape(): BatchShape | undefined {
    const { sample } = this.#live.network
    return sample && [null, ...sample.shape]
  }

  /** `[null, ...]`; undefined while the input's shape is not known. */
  get outputShape(): BatchShape | undefined {
    return this.#live.network.outputShapes.at(-1)
  }

  /**
   * What the layers keep, in the order of `getWeights`; empty before the input's shape is known.
   */
  get variables(): readonly Variable[] {
    return this.#live.network.placed.map(({ variable }) => variable)
  }

  /** Undefined before `compile`. */
  get optimizer(): Optimizer | undefined {
    return this.#live.compiled?.optimizer
  }

  /** A number or a schedule; a new one acts from the next step on. */
  get learningRate(): number | Schedule {
    return this.#live.trained('learningRate').compiled.optimizer.learningRate
  }

  set learningRate(rate: number | Schedule) {
    this.#live.trained('learningRate').compiled.optimizer.learningRate = rate
  }

  /** All epochs since training began anew, those before the model was saved and loaded included. */
  get history(): EpochRecord {
    return columnsOf(this.#live.entries)
  }

  /** Training steps that the weights have seen. */
  get step(): number {
    return this.#live.store.position.step
  }

  /** Epochs that the weights have seen: `initialEpoch` to go on after loading a checkpoint. */
  get epochs(): number {
    return this.#live.store.position.epochs
  }

  /** Tells the shape of one sample, with or without the batch axis (null), where no layer does. */
  build(inputShape: readonly (number | null)[]): void {
    this.#live.mustLive()
    const sample = inputShape[0] === null ? inputShape.slice(1) : inputShape
    const isShape = sample.every((d): d is number => Number.isInteger(d) && (d as number) > 0)
    if (!isShape) {
      throw badArgument('build', 'inputShape', inputShape, 'whole numbers above 0, such as [784]')
    }
    this.#live.build(sample)
  }

  /**
   * Chooses optimizer, loss and metrics. Weights stay; what an earlier optimizer kept is dropped.
   */
  compile(options: CompileOptions): void {
    checkOptions('compile', options, ['optimizer', 'loss', 'metrics', 'weightedMetrics', 'seed'])
    const seed = options.seed === undefined ? undefined : givenSeed(options.seed)
    this.#live.compile(new Compiled(options))
    if (seed) this.#live.store.seed = seed
  }

  /**
   * Trains: every epoch passes once over the samples. Resolves to the logs of the epochs; rejects
   * with an `aborted` error, which has the `history` so far, when `signal` fires.
   */
  fit(x: TensorLike, y: TensorLike, options?: FitOptions): Promise<History>
  fit(dataset: DatasetLike, options?: FitOptions): Promise<History>
  fit(
    x: TensorLike | DatasetLike,
    second?: TensorLike | FitOptions,
    third: FitOptions = {},
  ): Promise<History> {
    return isDatasetLike(x)
      ? fit(this.#live, x, undefined, (second ?? {}) as FitOptions)
      : fit(this.#live, x, second as TensorLike | undefined, third)
  }

  /**
   * Ends the `fit` that is under way after its current step, as a callback can; it then resolves.
   */
  stop(reason?: string): void {
    this.#live.stop?.(reason)
  }

  /** Loss and metrics on samples: `{ loss, accuracy, … }`. */
  evaluate(x: TensorLike, y: TensorLike, options?: EvaluateOptions): Promise<Logs>
  evaluate(dataset: DatasetLike, options?: EvaluateOptions): Promise<Logs>
  async evaluate(
    x: TensorLike | DatasetLike,
    second?: TensorLike | EvaluateOptions,
    third: EvaluateOptions = {},
  ): Promise<Logs> {
    const isData = isDatasetLike(x)
    const options = (isData ? (second ?? {}) : third) as EvaluateOptions
    checkOptions('evaluate', options, ['batchSize', 'sampleWeight', 'signal'])
    const { signal, sampleWeight } = options
    const batchSize = positiveWhole('evaluate', 'batchSize', options.batchSize ?? 32)
    const live = this.#live
    live.trained('evaluate')
    const data = isData ? asDataset(x) : undefined
    if (data && sampleWeight !== undefined) {
      throw badArgument('evaluate', 'sampleWeight', sampleWeight, 'in the dataset, beside x and y')
    }
    if (data?.kind === 'stream') {
      return evaluate(live, 'evaluate', { source: fromStream(live, data, 'evaluate'), signal })
    }
    const given = data ?? { x: x as TensorLike, y: second as TensorLike | undefined, sampleWeight }
    const source = readOnce(live, samplesOf(live, given, 'evaluate'), batchSize)
    return evaluate(live, 'evaluate', { source, signal })
  }

  /** The network's output. x: [N, ...] → [N, ...] */
  async predict(x: TensorLike | DatasetLike, options: PredictOptions = {}): Promise<Tensor> {
    checkOptions('predict', options, ['batchSize', 'signal'])
    const batchSize = positiveWhole('predict', 'batchSize', options.batchSize ?? 256)
    return predict(this.#live, x, batchSize, options.signal)
  }

  /** One training step on all of x. Resolves to loss and metrics of the batch, before the step. */
  trainOnBatch(x: TensorLike, y: TensorLike, options: TrainOnBatchOptions = {}): Promise<Logs> {
    return trainOnBatch(this.#live, x, y, options)
  }

  /** A table of the layers, which is printed unless `print` is false. */
  summary(options: SummaryOptions = {}): string {
    const table = summaryOf(this.#live)
    const print = options.print ?? console.log
    if (print) print(table)
    return table
  }

  /** Numbers in the weights. Throws before the input's shape is known. */
  countParams(): number {
    void this.#live.sample
    return countsOf(this.#live).total
  }

  /** Copies of the weights, layer by layer: kernel, bias, kernel … */
  getWeights(): Promise<Tensor[]> {
    return getWeights(this.#live)
  }

  /** Replaces the weights, in the order of `getWeights`. */
  setWeights(weights: readonly TensorLike[]): Promise<void> {
    return setWeights(this.#live, weights)
  }

  /** What a training step takes: operations, memory, and the time that a few steps took. */
  cost(options: CostOptions = {}): Promise<Cost> {
    return costOf(this.#live, options)
  }

  /**
   * Writes weights, optimizer, position and topology into one safetensors file: to a path in Node,
   * as a download in a page. `'blob'` gives the file as a `Blob` instead.
   */
  save(to: 'blob'): Promise<Blob>
  save(to: string): Promise<void>
  async save(to: string): Promise<unknown> {
    if (to === 'blob') return modelBlob(this.#live)
    await saveModel(this.#live, to)
    return undefined
  }

  /**
   * Frees the model's memory now; without it the garbage collector does. What is under way rejects.
   */
  dispose(): void {
    this.#live.dispose().catch(() => {})
  }

  [disposeSymbol](): void {
    this.dispose()
  }
}
