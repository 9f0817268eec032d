// The layer (x − mean) / √variance with statistics that are given, or taken from data by `adapt`.
// They are not trained; batch normalisation is another layer.

import { badArgument, finite, flag } from '../checks.ts'
import { asFloat, EPSILON } from '../composites/common.ts'
import { GradloomError } from '../errors.ts'
import type { SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import { type BatchShape, type Elements, type Shape, showShape, sizeOf } from '../shape.ts'
import { asTensor, type TensorLike, tensor } from '../tensor.ts'
import { Variable } from '../variable.ts'
import { type Axis, built, checkedAxis, keptAxes, shapeError, subjectOf } from './expect.ts'
import { type Config, Layer, type LayerOptions, type Pass } from './layer.ts'
import type { Keeps, MakesPlain } from './shape-rules.ts'
import { type Statistics, statisticsOf } from './statistics.ts'

export interface NormalizationOptions extends LayerOptions {
  /**
   * Axes (the batch is 0) that have statistics of their own: −1 for one mean for each feature,
   * `null` for one mean for everything. Default −1.
   */
  axis?: number | readonly number[] | null
  /** Given statistics, together with `variance`; then `adapt` is not needed. */
  mean?: number | readonly number[] | null
  variance?: number | readonly number[] | null
  /** Computes x·√variance + mean instead. Default false. */
  invert?: boolean
}

type Given = number | readonly number[]

export class Normalization extends Layer {
  declare readonly type: 'normalization'
  readonly axis: Axis
  readonly invert: boolean
  readonly #given: { mean: Given; variance: Given } | undefined
  /** Sizes of the kept axes; all others 1. */
  #broadcast: Shape = []
  #kept: readonly number[] = []
  #sample: Shape | undefined
  #statistics: Statistics | undefined
  #pending = false

  constructor(options: NormalizationOptions = {}) {
    super(options, 'normalization')
    const subject = subjectOf(this)
    this.axis = checkedAxis(subject, options.axis === undefined ? -1 : options.axis)
    this.invert = flag(subject, 'invert', options.invert ?? false)
    this.#given = checkedGiven(subject, options.mean, options.variance)
  }

  override build(inputShape: BatchShape): void {
    const sample = inputShape.slice(1).map((d) => {
      if (d !== null) return d
      throw shapeError(this, `needs known sizes, but was given ${showShape(inputShape)}.`)
    })
    if (this.#sample) {
      this.#expectSample(sample)
      return
    }
    this.#kept = keptAxes(this, this.axis, inputShape.length)
    this.#broadcast = [1, ...sample.map((d, i) => (this.#kept.includes(i + 1) ? d : 1))]
    this.#sample = sample
    if (this.#given) this.#expectGiven()
    else this.#makeVariables(this.#kept.map((axis) => sample[axis - 1] as number))
  }

  #makeVariables(shape: Shape): void {
    const make = (name: keyof Statistics, shape: Shape) =>
      new Variable({
        name,
        shape,
        dtype: name === 'count' ? 'int32' : 'float32',
        trainable: false,
        initialize: (_, { graph }) =>
          graph.constant(this.#statistics?.[name] ?? UNKNOWN[name](sizeOf(shape)), shape),
      })
    this.variables = [make('mean', shape), make('variance', shape), make('count', [])]
  }

  /**
   * Takes mean and variance from data of shape [N, ...]: a tensor, nested arrays, or a typed array
   * and its shape. Replaces what an earlier `adapt` found.
   */
  adapt(data: TensorLike, shape?: Shape): void {
    if (this.#given) throw new GradloomError('argument', `${subjectOf(this)}: ${CANNOT_ADAPT}`)
    const given =
      shape === undefined ? asTensor(data) : tensor(data as Parameters<typeof tensor>[0], shape)
    if (given.size === 0) {
      throw new GradloomError('empty-data', `${subjectOf(this)}: adapt was given no data.`)
    }
    const [, ...sample] = given.shape
    this.build([null, ...sample])
    const statistics = statisticsOf(given.elements, sample, this.#kept)
    if (!statistics.mean.every(Number.isFinite) || !statistics.variance.every(Number.isFinite)) {
      throw new GradloomError('non-finite', `${subjectOf(this)}: ${NOT_FINITE}`)
    }
    this.#statistics = statistics
    this.#pending = true
  }

  override takePending(): ReadonlyMap<Variable, Elements> {
    const statistics = this.#statistics
    if (!this.#pending || !statistics) return new Map()
    this.#pending = false
    return new Map(this.variables.map((v) => [v, statistics[v.name as keyof Statistics]]))
  }

  /** x: [B, ...] → (x − mean) / max(√variance, 1e-7): [B, ...] */
  call(x: SymbolicTensor, pass: Pass): SymbolicTensor {
    if (!this.#sample) built(this, undefined)
    this.#expectSample(x.shape.slice(1))
    const mean = this.#value(x, pass, 0)
    const deviation = ops.maximum(ops.sqrt(this.#value(x, pass, 1)), EPSILON)
    const input = asFloat(x)
    if (this.invert) return ops.mulAdd(input, deviation, mean)
    return ops.div(ops.sub(input, mean), deviation)
  }

  /** Mean (0) or variance (1) in a shape that broadcasts to x. */
  #value(x: SymbolicTensor, pass: Pass, which: 0 | 1): SymbolicTensor {
    if (!this.#given) {
      return ops.reshape(pass.read(built(this, this.variables[which])), this.#broadcast)
    }
    const given = which === 0 ? this.#given.mean : this.#given.variance
    if (typeof given === 'number') return x.graph.fill(given)
    return x.graph.constant(Float32Array.from(given), this.#broadcast)
  }

  #expectSample(sample: Shape): void {
    const known = this.#sample as Shape
    if (known.length === sample.length && known.every((d, i) => d === sample[i])) return
    throw shapeError(
      this,
      `expected samples of shape ${showShape([null, ...known])}, but was given ` +
        `${showShape([null, ...sample])}; adapt and call it with samples of one shape.`,
    )
  }

  #expectGiven(): void {
    const { mean, variance } = this.#given as { mean: Given; variance: Given }
    const wanted = sizeOf(this.#broadcast)
    const odd = [mean, variance].find((x) => typeof x !== 'number' && x.length !== wanted)
    if (odd === undefined) return
    throw shapeError(
      this,
      `mean and variance must have ${wanted} numbers each for an input of shape ` +
        `${showShape([null, ...(this.#sample as Shape)])}, but one has ` +
        `${(odd as number[]).length}.`,
    )
  }

  config(): Config {
    const copy = (x: number | readonly number[]) => (typeof x === 'number' ? x : [...x])
    const axis = this.axis === null ? null : copy(this.axis)
    const { mean, variance } = this.#given ?? {}
    const given: Config =
      mean === undefined || variance === undefined
        ? {}
        : { mean: copy(mean), variance: copy(variance) }
    return { axis, invert: this.invert, ...given }
  }
}

/** What the variables hold before `adapt`: the layer then changes nothing. */
const UNKNOWN: Record<keyof Statistics, (size: number) => Elements> = {
  mean: (size) => new Float32Array(size),
  variance: (size) => new Float32Array(size).fill(1),
  count: (size) => new Int32Array(size),
}

const CANNOT_ADAPT =
  'its mean and variance were given, so adapt has nothing to do; leave them out to adapt.'
const NOT_FINITE = 'adapt was given data with NaN or infinite values; remove or replace them first.'

const checkedGiven = (
  subject: string,
  mean: Given | null | undefined,
  variance: Given | null | undefined,
): { mean: Given; variance: Given } | undefined => {
  const [hasMean, hasVariance] = [mean ?? undefined, variance ?? undefined]
  if (hasMean === undefined && hasVariance === undefined) return undefined
  if (hasMean === undefined || hasVariance === undefined) {
    throw new GradloomError('argument', `${subject}: give both mean and variance, or neither.`, {
      subject,
    })
  }
  for (const x of [hasMean].flat()) finite(subject, 'mean', x as number)
  for (const x of [hasVariance].flat()) {
    if (!((x as number) >= 0)) throw badArgument(subject, 'variance', x, 'a number ≥ 0')
  }
  return { mean: hasMean, variance: hasVariance }
}

/** (x − mean) / √variance, with statistics given or taken from data by `adapt`. */
export const normalization: MakesPlain<Normalization, NormalizationOptions, Keeps> = (
  options = {},
) => new Normalization(options)
