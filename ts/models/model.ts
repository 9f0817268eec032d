// The public face of a model: what it offers, in one list. Each method's work is in a file of its
// own.

import type { Logs } from '../callbacks/callback.ts'
import { badArgument, positiveWhole } from '../checks.ts'
import type { Several } from '../data/several.ts'
import { FunctionalTensor } from '../layers/functional.ts'
import type { AnyLayer } from '../layers/layer.ts'
import type { Becomes, rule, sample } from '../layers/shape-rules.ts'
import { unknownName } from '../names.ts'
import type { Optimizer } from '../optimizers/optimizer.ts'
import type { Schedule } from '../schedules/schedule.ts'
import type { BatchShape } from '../shape.ts'
import type { Tensor, TensorLike } from '../tensor.ts'
import type { Variable } from '../variable.ts'
import type { NamesOf, SampleOf } from './chain-shapes.ts'
import { Compiled, type CompileOptions } from './compiled.ts'
import { type Cost, type CostOptions, costOf } from './cost.ts'
import type { FitsData, FitsInput, FitsOutput, Validated } from './data-shapes.ts'
import { evaluate } from './evaluate.ts'
import { modelBlob, saveModel } from './file/save.ts'
import { fit } from './fit/fit.ts'
import type { FitOptions } from './fit/options.ts'
import { asDataset, type DatasetLike, fromStream, isDatasetLike, readOnce } from './fit/sources.ts'
import { columnsOf, type EpochRecord, type History } from './history.ts'
import type { Live } from './live.ts'
import type { Nested } from './nested.ts'
import { checkOptions } from './options.ts'
import { predict } from './predict.ts'
import { samplesOf } from './samples.ts'
import { givenSeed } from './seed.ts'
import { byName, type Inputs, inForm } from './several.ts'
import { countsOf, summaryOf } from './summary.ts'
import { type TrainOnBatchOptions, trainOnBatch } from './train-on-batch.ts'
import { getWeights, setWeights } from './weights.ts'

export interface EvaluateOptions {
  /** Samples a step; datasets of batches have their own. Default 32. */
  batchSize?: number
  /**
   * One weight a sample, [N], or one for each place of the loss, such as [N, T]; for several
   * outputs each may have its own.
   */
  sampleWeight?: Inputs
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

/** What `apply` gives for outputs that `predict` gives as `P`. */
type Applied<P> = P extends Tensor
  ? FunctionalTensor<SampleOf<P>>
  : { readonly [K in keyof P]: FunctionalTensor<SampleOf<P[K]>> }

/** A model of any inputs and outputs. */
// biome-ignore lint/suspicious/noExplicitAny: models of all kinds stand in one list
export type AnyModel = Model<any, any>

/**
 * `P`: what `predict` gives, a tensor, an array or an object of them. `X`: what the model takes, in
 * the same way; `unknown` where only the running program knows.
 */
export class Model<P = Tensor, X = unknown> {
  declare readonly [rule]?: Becomes<SampleOf<P>>
  declare readonly [sample]?: SampleOf<X>
  readonly #live: Live

  /** Use `sequential`, `model` or `loadModel`. */
  constructor(live: Live) {
    this.#live = live
  }

  /** The layer that a model is where it stands in another one. */
  static layerOf(model: AnyModel): Nested {
    return model.#live.layer
  }

  /**
   * Describes the model's outputs for other inputs, inside another model: the weights are shared,
   * and trained with either.
   */
  apply(x: Several<FunctionalTensor>): Applied<P> {
    const { network, layer } = this.#live
    const names = network.inputs?.map(({ name }) => name) ?? ['x']
    const xs = byName('apply', x, names, (one) => one instanceof FunctionalTensor)
    const y = layer.apply((network.inputForm === 'one' ? xs[0] : xs) as FunctionalTensor)
    if (y instanceof FunctionalTensor || network.outputForm !== 'names') return y as Applied<P>
    return Object.fromEntries(network.outputs.map(({ name }, i) => [name, y[i]])) as Applied<P>
  }

  /** Setting it freezes, or thaws, all layers, from the next run on. */
  get trainable(): boolean {
    return this.#live.layer.trainable
  }

  set trainable(trainable: boolean) {
    this.#live.layer.trainable = trainable
  }

  /** Whether the values inside it are computed again in the backward pass of a model around it. */
  get recompute(): boolean {
    return this.#live.layer.recompute
  }

  set recompute(recompute: boolean) {
    this.#live.layer.recompute = recompute
  }

  get name(): string {
    return this.#live.name
  }

  get layers(): readonly AnyLayer[] {
    return this.#live.network.layers
  }

  /** The layer of this name. */
  getLayer(name: string): AnyLayer {
    const found = this.layers.find((layer) => layer.name === name)
    if (found) return found
    const names = this.layers.map((layer) => layer.name)
    throw unknownName(`layer in ${this.#live.subject}`, name, names)
  }

  /** `[null, ...]`, of the first input; undefined while it is not known. */
  get inputShape(): BatchShape | undefined {
    return this.inputShapes?.[0]
  }

  get inputShapes(): readonly BatchShape[] | undefined {
    return this.#live.network.inputs?.map(({ shape }) => [null, ...shape])
  }

  /** `[null, ...]`, of the first output; undefined while the input's shape is not known. */
  get outputShape(): BatchShape | undefined {
    return this.outputShapes[0]
  }

  get outputShapes(): readonly BatchShape[] {
    return this.#live.network.outputs.map(({ shape }) => shape)
  }

  get inputNames(): readonly NamesOf<X>[] {
    return (this.#live.network.inputs?.map(({ name }) => name) ?? []) as NamesOf<X>[]
  }

  get outputNames(): readonly NamesOf<P>[] {
    return this.#live.network.outputs.map(({ name }) => name) as NamesOf<P>[]
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
  compile(options: CompileOptions<NamesOf<P>>): void {
    checkOptions('compile', options, [
      ...['optimizer', 'loss', 'lossWeights', 'metrics', 'weightedMetrics', 'seed'],
    ])
    const seed = options.seed === undefined ? undefined : givenSeed(options.seed)
    this.#live.compile(new Compiled(options as CompileOptions))
    if (seed) this.#live.store.seed = seed
  }

  /**
   * Trains: every epoch passes once over the samples. The ranks of x and y are checked when the
   * program is compiled, where they are known; `y as Tensor` is taken as it is. Resolves to
   * the logs of the epochs; rejects
   * with an `aborted` error, which has the `history` so far, when `signal` fires.
   */
  fit<M, D extends DatasetLike, V extends FitOptions['validationData'] = undefined>(
    this: M,
    dataset: D & FitsData<D, M>,
    options?: Validated<FitOptions, V, M>,
  ): Promise<History>
  fit<M, A extends Inputs, B extends Inputs, V extends FitOptions['validationData'] = undefined>(
    this: M,
    x: A & FitsInput<A, M>,
    y: B & FitsOutput<B, M>,
    options?: Validated<FitOptions, V, M>,
  ): Promise<History>
  fit(
    x: Inputs | DatasetLike,
    second?: Inputs | FitOptions,
    third: FitOptions = {},
  ): Promise<History> {
    return isDatasetLike(x)
      ? fit(this.#live, x, undefined, (second ?? {}) as FitOptions)
      : fit(this.#live, x, second as Inputs | undefined, third)
  }

  /**
   * Ends the `fit` that is under way after its current step, as a callback can; it then resolves.
   */
  stop(reason?: string): void {
    this.#live.stop?.(reason)
  }

  /** Loss and metrics on samples: `{ loss, accuracy, … }`. */
  evaluate<M, D extends DatasetLike>(
    this: M,
    dataset: D & FitsData<D, M>,
    options?: EvaluateOptions,
  ): Promise<Logs>
  evaluate<M, A extends Inputs, B extends Inputs>(
    this: M,
    x: A & FitsInput<A, M>,
    y: B & FitsOutput<B, M>,
    options?: EvaluateOptions,
  ): Promise<Logs>
  async evaluate(
    x: Inputs | DatasetLike,
    second?: Inputs | EvaluateOptions,
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
    const given = data ?? { x: x as Inputs, y: second as Inputs | undefined, sampleWeight }
    const source = readOnce(live, samplesOf(live, given, 'evaluate'), batchSize)
    return evaluate(live, 'evaluate', { source, signal })
  }

  /** The outputs, in the form in which the model was given them. x: [N, ...] → [N, ...] */
  predict<M, A extends Inputs | DatasetLike>(
    this: M,
    x: A & FitsInput<A, M>,
    options?: PredictOptions,
  ): Promise<P>
  async predict(x: Inputs | DatasetLike, options: PredictOptions = {}): Promise<P> {
    checkOptions('predict', options, ['batchSize', 'signal'])
    const batchSize = positiveWhole('predict', 'batchSize', options.batchSize ?? 256)
    const outputs = await predict(this.#live, x, batchSize, options.signal)
    return inForm(this.#live.network.outputForm, outputs, this.outputNames) as P
  }

  /** One training step on all of x. Resolves to loss and metrics of the batch, before the step. */
  trainOnBatch<M, A extends Inputs, B extends Inputs>(
    this: M,
    x: A & FitsInput<A, M>,
    y: B & FitsOutput<B, M>,
    options?: TrainOnBatchOptions,
  ): Promise<Logs>
  trainOnBatch(x: Inputs, y: Inputs, options: TrainOnBatchOptions = {}): Promise<Logs> {
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
    void this.#live.inputs
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
