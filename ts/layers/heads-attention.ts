// What multi-head and grouped-query attention share: projections of query, key and value to heads,
// attention, and the projection back. The layers themselves are in their own files.

import { belowOne, flag, positiveWhole } from '../checks.ts'
import { attend } from '../composites/attention.ts'
import { asFloat } from '../composites/common.ts'
import { GradloomError } from '../errors.ts'
import type { SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import { type BatchShape, type Shape, showShape, sizeOf } from '../shape.ts'
import { joinMasks } from './attend.ts'
import { type EinsumDense, einsumDense } from './einsum-dense.ts'
import { shapeError, subjectOf } from './expect.ts'
import {
  type Config,
  Layer,
  type LayerOptions,
  type Mask,
  type Pass,
  type Tensors,
} from './layer.ts'
import { type WeightSpecOptions, WeightSpecs } from './weight-specs.ts'

/** By default kernels begin `'glorotUniform'` and biases `'zeros'`. */
export interface HeadsAttentionOptions extends LayerOptions, WeightSpecOptions<'kernel' | 'bias'> {
  /** Part of the weights that is dropped while training. Default 0. */
  dropout?: number
  /** Whether the projections add a bias. Default true. */
  useBias?: boolean
  /** Step i looks at steps 0 … i only. Default false. */
  useCausalMask?: boolean
  /** Step i looks at steps nearer than so many before and behind it only. Default null: at all. */
  slidingWindow?: number | null
  /**
   * Whether what the heads found is multiplied by the sigmoid of a projection of the query before
   * it is projected back (Qiu et al. 2025). Default false.
   */
  useGate?: boolean
  /** Gives `[output, scores]`, the weights [B, heads, T, S]. Default false. */
  returnAttentionScores?: boolean
}

/** Sizes of the projections. */
export interface Heads {
  readonly heads: number
  /** Heads of key and value. */
  readonly groups: number
  /** Size of a query and a key. */
  readonly depth: number
  /** Size of a value. */
  readonly width: number
  /** Sizes of the output's last axes; by default that of the query. */
  readonly output?: readonly number[]
  /** Axes along which the query looks; by default all between batch and features. */
  readonly axes?: readonly number[]
}

const LETTERS = 'abcdefghijklmnopqrst'

export abstract class HeadsAttention extends Layer<Tensors, Tensors> {
  readonly dropout: number
  readonly useBias: boolean
  readonly useCausalMask: boolean
  readonly slidingWindow: number | null
  readonly useGate: boolean
  readonly returnAttentionScores: boolean
  readonly #heads: Heads
  readonly #options: WeightSpecOptions<'kernel' | 'bias'>
  readonly #weights: WeightSpecs<'kernel' | 'bias'>
  #dense: EinsumDense[] = []
  #axes: readonly number[] = []

  constructor(options: HeadsAttentionOptions, type: string, heads: Heads) {
    super(options, type)
    const subject = subjectOf(this)
    this.dropout = belowOne(subject, 'dropout', options.dropout ?? 0)
    this.useBias = flag(subject, 'useBias', options.useBias ?? true)
    this.useCausalMask = flag(subject, 'useCausalMask', options.useCausalMask ?? false)
    const { returnAttentionScores = false, slidingWindow: near = null } = options
    this.slidingWindow = near === null ? null : positiveWhole(subject, 'slidingWindow', near)
    this.useGate = flag(subject, 'useGate', options.useGate ?? false)
    this.returnAttentionScores = flag(subject, 'returnAttentionScores', returnAttentionScores)
    this.#heads = heads
    this.#options = options
    this.#weights = new WeightSpecs(subject, options, { kernel: 'glorotUniform', bias: 'zeros' })
  }

  override build(shapes: BatchShape | readonly BatchShape[]): void {
    const list = (Array.isArray(shapes[0]) ? shapes : [shapes]) as readonly BatchShape[]
    const [query = [], value = query, key = value] = list
    const rank = query.length
    if (rank < 3 || list.slice(0, 3).some((shape) => shape.length !== rank)) {
      throw shapeError(
        this,
        'expected query, value and key of shape [batch, steps, ..., features], but was given ' +
          `${list.map(showShape).join(', ')}.`,
      )
    }
    const { heads, groups, depth, width, output = [query.at(-1) as number] } = this.#heads
    this.#axes = this.#attentionAxes(rank)
    const free = LETTERS.slice(0, rank - 1)
    const input = (name: string, shape: BatchShape, sizes: number[], activation?: 'sigmoid') => {
      const dense = this.#projection(name, `${free}x,xyz->${free}yz`, sizes, 'yz', activation)
      dense.build(shape)
      return dense
    }
    const last = 'XYZUVW'.slice(0, output.length)
    const back = this.#projection(
      'attentionOutput',
      `${free}yz,yz${last}->${free}${last}`,
      output,
      last,
    )
    back.build([...query.slice(0, -1), heads, width])
    this.#dense = [
      input('query', query, [heads, depth]),
      input('key', key, [groups, depth]),
      input('value', value, [groups, width]),
      back,
    ]
    if (this.useGate) this.#dense.push(input('gate', query, [heads, width], 'sigmoid'))
    const [q, k, v, o, ...gate] = this.#dense as [
      EinsumDense,
      EinsumDense,
      EinsumDense,
      EinsumDense,
    ]
    this.sublayers = [q, k, ...gate, v, o]
    for (const dense of this.#dense) dense.built = true
  }

  #projection(
    name: string,
    equation: string,
    sizes: readonly number[],
    biasAxes: string,
    activation: 'linear' | 'sigmoid' = 'linear',
  ) {
    const outputShape = [...sizes]
    const bias = this.useBias ? { biasAxes } : {}
    return einsumDense({ name, equation, outputShape, activation, ...bias, ...this.#specs() })
  }

  #specs(): WeightSpecOptions<'kernel' | 'bias'> {
    const given = Object.entries(this.#options)
    return Object.fromEntries(given.filter(([key]) => /^(kernel|bias)[A-Z]/.test(key)))
  }

  #attentionAxes(rank: number): number[] {
    const all = Array.from({ length: rank - 2 }, (_, i) => i + 1)
    const axes = this.#heads.axes?.map((a) => (a < 0 ? a + rank : a)) ?? all
    if (axes.length > 0 && axes.every((a) => all.includes(a))) return axes.sort((a, b) => a - b)
    throw shapeError(
      this,
      `attentionAxes [${this.#heads.axes}] do not fit inputs of rank ${rank}; name axes from ` +
        `1 to ${rank - 2}.`,
    )
  }

  /**
   * `[query, value, key?, attentionMask?]`, or one tensor for all: [B, T, ..., features] and
   * [B, S, ..., features] → [B, T, ..., output]. attentionMask: [B, T, S] or [B, heads, T, S], 0
   * where a query must not look.
   */
  call(inputs: Tensors, pass: Pass): Tensors {
    const list = (Array.isArray(inputs) ? inputs : [inputs]) as readonly SymbolicTensor[]
    const [query, value = query, key = value, attentionMask] = list as [
      SymbolicTensor,
      SymbolicTensor?,
      SymbolicTensor?,
      SymbolicTensor?,
    ]
    const [q, k, v] = [query, key, value].map((x, i) =>
      this.#folded(this.#dense[i]?.apply(x, pass) as SymbolicTensor),
    ) as [SymbolicTensor, SymbolicTensor, SymbolicTensor]
    const rate = this.dropout
    const { y, scores } = attend(q, k, v, {
      scale: 1 / Math.sqrt(this.#heads.depth),
      causal: this.useCausalMask,
      window: this.#window(),
      mask: this.#mask([query, value, key], attentionMask, q, k),
      scores: this.returnAttentionScores,
      dropout:
        pass.training && rate > 0 ? { rate, rng: pass.rng, stream: pass.stream(this) } : undefined,
    })
    const found = this.#unfolded(y, query.shape)
    const gate = this.#dense[4]?.apply(query, pass)
    const output = this.#dense[3]?.apply(
      gate ? ops.mul(found, gate) : found,
      pass,
    ) as SymbolicTensor
    return scores ? [output, this.#unfoldedScores(scores, query.shape, key.shape)] : output
  }

  /** Steps of several axes have no distance. */
  #window(): number | null {
    if (this.slidingWindow === null || this.#axes.length === 1) return this.slidingWindow
    throw this.#unsupported('slidingWindow needs attention along one axis')
  }

  /** The output has the mask of the query; scores have none. */
  override computeMask(_: Tensors, mask: Mask | readonly Mask[]): readonly Mask[] {
    return [Array.isArray(mask) ? mask[0] : (mask as Mask)]
  }

  /** The axes between batch and features along which nothing looks. */
  #others(rank: number): number[] {
    const between = Array.from({ length: rank - 3 }, (_, i) => i + 1)
    return between.filter((a) => !this.#axes.includes(a))
  }

  /** [B, ..., H, D] → [B·others, T, H, D] */
  #folded(x: SymbolicTensor): SymbolicTensor {
    const rank = x.shape.length
    const others = this.#others(rank)
    const moved = ops.transpose(x, [0, ...others, ...this.#axes, rank - 2, rank - 1])
    const size = (axes: readonly number[]) => sizeOf(axes.map((a) => x.shape[a] as number))
    const shape = [size([0, ...others]), size(this.#axes), size([rank - 2]), size([rank - 1])]
    return ops.reshape(moved, shape)
  }

  /** [B·others, T, H, D] → [B, ..., H, D], the axes in between as in `shape`. */
  #unfolded(y: SymbolicTensor, shape: Shape): SymbolicTensor {
    const rank = shape.length + 1
    const order = [0, ...this.#others(rank), ...this.#axes, rank - 2, rank - 1]
    const sizes = order.slice(0, -2).map((a) => shape[a] as number)
    const apart = ops.reshape(y, [...sizes, ...y.shape.slice(2)])
    return ops.transpose(
      apart,
      order.map((_, i) => order.indexOf(i)),
    )
  }

  /** [B·others, H, T, S] → [B, others, H, axes of the query, axes of the key] */
  #unfoldedScores(scores: SymbolicTensor, query: Shape, key: Shape): SymbolicTensor {
    const of = (shape: Shape, axes: readonly number[]) => axes.map((a) => shape[a] as number)
    const lead = of(query, [0, ...this.#others(query.length + 1)])
    const heads = scores.shape[1] as number
    return ops.reshape(scores, [...lead, heads, ...of(query, this.#axes), ...of(key, this.#axes)])
  }

  /** All masks as one: [B, H or 1, T or 1, S]. */
  #mask(
    [query, value, key]: [SymbolicTensor, SymbolicTensor, SymbolicTensor],
    attentionMask: SymbolicTensor | undefined,
    q: SymbolicTensor,
    k: SymbolicTensor,
  ): SymbolicTensor | undefined {
    const masks = [value.mask, key === value ? undefined : key.mask]
    const [steps, keys] = [q.shape[1] as number, k.shape[1] as number]
    const folded = this.#others(query.shape.length + 1).length > 0
    if ((folded || query.shape.length > 3) && [query.mask, ...masks].some((m) => m)) {
      throw this.#unsupported('masks of steps need inputs of shape [batch, steps, features]')
    }
    const own = joinMasks(query.mask, masks, keys)
    if (!attentionMask) return own
    if (folded) throw this.#unsupported('an attention mask needs attention along all axes')
    const given = this.#attentionMask(attentionMask, q.shape[0] as number, steps, keys)
    return own ? ops.mul(own, given) : given
  }

  #unsupported(message: string): GradloomError {
    return new GradloomError('unsupported', `${subjectOf(this)}: ${message}.`, {
      subject: this.name,
    })
  }

  #attentionMask(mask: SymbolicTensor, batch: number, steps: number, keys: number) {
    const heads = this.#heads.heads
    const { shape } = mask
    const full = [batch, heads, steps, keys]
    // [B, axes of the query, axes of the key] as [B, 1, T, S]
    const half = this.#axes.length
    const [rows, cols] = [shape.slice(1, half + 1), shape.slice(half + 1)].map(sizeOf)
    const flat = shape.length === 2 * half + 1 ? [shape[0], 1, rows, cols] : shape
    const fits = flat.every((d, i) => d === full[i] || (d === 1 && i < 3))
    if (flat.length === 4 && fits) {
      return ops.reshape(asFloat(mask), flat as Shape)
    }
    throw shapeError(
      this,
      `attentionMask must be [batch, ${steps}, ${keys}] or [batch, ${heads}, ${steps}, ${keys}], ` +
        `but is ${showShape([null, ...shape.slice(1)])}.`,
    )
  }

  config(): Config {
    const { dropout, useBias, useCausalMask, returnAttentionScores, slidingWindow, useGate } = this
    return {
      dropout,
      useBias,
      useCausalMask,
      slidingWindow,
      useGate,
      returnAttentionScores,
      ...this.#weights.config(),
    }
  }
}
