// The layer that puts numbers into bins between boundaries that are given, or learnt by `adapt` so
// that each bin gets about as many.

import { badArgument, positive, positiveWhole } from '../checks.ts'
import { GradloomError } from '../errors.ts'
import type { SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import { encode, type OutputMode, outputMode } from '../preprocessing/encode.ts'
import { adaptTo } from '../preprocessing/nested.ts'
import { binBoundaries, merge, type Summary, summarize } from '../preprocessing/quantiles.ts'
import { asTensor, type Tensor, type TensorLike } from '../tensor.ts'
import { encoded, searchSorted } from './categories.ts'
import { subjectOf } from './expect.ts'
import { type Config, Layer, type LayerOptions } from './layer.ts'

export interface DiscretizationOptions extends LayerOptions {
  /** Ascending; n boundaries make n + 1 bins, a boundary belongs to the bin above it. */
  binBoundaries?: readonly number[] | null
  /** Bins to learn by `adapt`, where no boundaries are given. */
  numBins?: number | null
  /** How exactly boundaries are learnt: a share of the samples. Default 0.01. */
  epsilon?: number
  /** Default 'int'. */
  outputMode?: Exclude<OutputMode, 'tfIdf'>
}

export class Discretization extends Layer {
  declare readonly type: 'discretization'
  readonly numBins: number | null
  readonly epsilon: number
  readonly outputMode: Exclude<OutputMode, 'tfIdf'>
  #boundaries: readonly number[] | undefined
  #used = false

  constructor(options: DiscretizationOptions) {
    super(options, 'discretization')
    const subject = subjectOf(this)
    const { binBoundaries: given = null, numBins = null, epsilon = 0.01 } = options
    if (given === null && numBins === null) throw badArgument(subject, 'numBins', numBins, NEEDED)
    this.numBins = numBins === null ? null : positiveWhole(subject, 'numBins', numBins)
    this.epsilon = positive(subject, 'epsilon', epsilon)
    const known = ['int', 'oneHot', 'multiHot', 'count'] as const
    this.outputMode = outputMode(subject, options.outputMode ?? 'int', known)
    if (given !== null) this.#boundaries = this.#checked(given)
  }

  #checked(given: readonly number[]): readonly number[] {
    const rises = (b: number, i: number): boolean => i === 0 || b > (given[i - 1] as number)
    if (Array.isArray(given) && given.every((b, i) => Number.isFinite(b) && rises(b, i)))
      return [...given]
    throw badArgument(subjectOf(this), 'binBoundaries', given, 'numbers in ascending order')
  }

  /** Boundaries, given or learnt. */
  get binBoundaries(): readonly number[] {
    if (this.#boundaries) return this.#boundaries
    const problem = 'has no boundaries yet; call adapt, or give binBoundaries'
    throw new GradloomError('not-built', `${subjectOf(this)}: ${problem}`)
  }

  /**
   * Learns the boundaries from numbers of any shape, or from a stream of them (then a promise).
   * Before the model that holds the layer runs.
   */
  adapt(data: AsyncIterable<TensorLike>): Promise<void>
  adapt(data: TensorLike): void
  adapt(data: TensorLike | AsyncIterable<TensorLike>): void | Promise<void> {
    const { numBins, epsilon } = this
    if (!numBins || this.#used) {
      const problem = this.#used ? 'a model uses it already' : 'its boundaries were given'
      throw new GradloomError('argument', `${subjectOf(this)}: cannot adapt, ${problem}`)
    }
    let summary: Summary | undefined
    const learn = (batch: TensorLike): void => {
      const { elements } = asTensor(batch)
      if (!elements.every(Number.isFinite)) {
        const problem = 'adapt was given NaN or infinite values; remove or replace them first'
        throw new GradloomError('non-finite', `${subjectOf(this)}: ${problem}`)
      }
      const found = summarize(elements, epsilon)
      if (found) summary = merge(found, summary, epsilon)
    }
    return adaptTo(data, learn, () => {
      if (!summary) {
        throw new GradloomError('empty-data', `${subjectOf(this)}: adapt was given no data`)
      }
      this.#boundaries = binBoundaries(summary, numBins)
    })
  }

  /** x: [B, ...] → i32 bins [B, ...], or an f32 encoding by `outputMode`. */
  call(x: SymbolicTensor): SymbolicTensor {
    this.#used = true
    const bins = ops.castI32(searchSorted(x, this.binBoundaries))
    return encoded(subjectOf(this), bins, this.outputMode, { depth: this.binBoundaries.length + 1 })
  }

  /** The same for numbers at hand, as in `Dataset.map`. */
  transform(values: TensorLike): Tensor {
    const { elements, shape } = asTensor(values)
    const limits = Float32Array.from(this.binBoundaries)
    const bins = Int32Array.from(elements, (v) => limits.filter((limit) => limit <= v).length)
    const options = { mode: this.outputMode, depth: limits.length + 1 }
    return encode(subjectOf(this), bins, shape, options)
  }

  config(): Config {
    const { numBins, epsilon, outputMode } = this
    return {
      binBoundaries: this.#boundaries ? [...this.#boundaries] : null,
      numBins,
      epsilon,
      outputMode,
    }
  }
}

const NEEDED = 'given where binBoundaries are not'

/** The number of the bin that each number falls into. */
export const discretization = (options: DiscretizationOptions): Discretization =>
  new Discretization(options)
