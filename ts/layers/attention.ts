// Dot-product attention of one head (Luong et al., 2015) and additive attention (Bahdanau et al.,
// 2015). No projections.

import { badArgument, belowOne, flag } from '../checks.ts'
import { attend, weigh } from '../composites/attention.ts'
import * as composites from '../composites/common.ts'
import type { SymbolicTensor } from '../graph.ts'
import type { InitializerSpec } from '../initializers/registry.ts'
import * as ops from '../ops.ts'
import { type BatchShape, showShape } from '../shape.ts'
import type { Variable } from '../variable.ts'
import { type AttentionLayer, joinMasks } from './attend.ts'
import { shapeError, subjectOf } from './expect.ts'
import {
  type Config,
  Layer,
  type LayerOptions,
  type Mask,
  type Pass,
  type Tensors,
} from './layer.ts'

export interface AdditiveAttentionOptions extends LayerOptions {
  /** Whether there is a learned scale. Default false; of `additiveAttention` true. */
  useScale?: boolean
  /** Part of the weights that is dropped while training. Default 0. */
  dropout?: number
  /** Step i looks at steps 0 … i only. Default false. */
  useCausalMask?: boolean
  /** Gives `[output, scores]`, the weights [B, T, S]. Default false. */
  returnAttentionScores?: boolean
}

export interface AttentionOptions extends AdditiveAttentionOptions {
  /** `'dot'`: q·k; `'concat'`: a learned number times Σ tanh(q + k). Default `'dot'`. */
  scoreMode?: 'dot' | 'concat'
}

type Many = readonly SymbolicTensor[]
type Given = readonly [SymbolicTensor, SymbolicTensor, SymbolicTensor]

abstract class OneHead extends Layer<readonly SymbolicTensor[], Tensors> {
  readonly useScale: boolean
  readonly dropout: number
  readonly useCausalMask: boolean
  readonly returnAttentionScores: boolean
  protected scale: Variable | undefined

  constructor(options: AdditiveAttentionOptions, type: string, useScale: boolean) {
    super(options, type)
    const subject = subjectOf(this)
    const { useCausalMask = false, returnAttentionScores = false, dropout = 0 } = options
    this.useScale = flag(subject, 'useScale', options.useScale ?? useScale)
    this.dropout = belowOne(subject, 'dropout', dropout)
    this.useCausalMask = flag(subject, 'useCausalMask', useCausalMask)
    this.returnAttentionScores = flag(subject, 'returnAttentionScores', returnAttentionScores)
  }

  /** Throws unless the shapes are those of query, value and key. */
  protected expectShapes(shapes: readonly BatchShape[]): void {
    const [query = [], value = [], key = value] = shapes
    const ranks = shapes.every((shape) => shape.length === 3)
    const sizes = query[2] === key[2] && value[1] === key[1]
    if (ranks && sizes && (shapes.length === 2 || shapes.length === 3)) return
    throw shapeError(
      this,
      'expected [query, value] or [query, value, key] of shapes [batch, T, D], [batch, S, E] and ' +
        `[batch, S, D], but was given ${shapes.map(showShape).join(', ')}.`,
    )
  }

  override build(shapes: readonly BatchShape[]): void {
    this.expectShapes(shapes)
  }

  protected addScale(shape: number[], initializer: InitializerSpec): void {
    if (this.useScale) this.scale = this.addWeight({ name: 'scale', shape, initializer })
  }

  /** The scores by themselves: [B, T, S]; `undefined` where the fused op computes them. */
  protected abstract scores(query: SymbolicTensor, key: SymbolicTensor, pass: Pass): SymbolicTensor

  /** The plain product needs no scores of its own. */
  protected plain(_pass: Pass): SymbolicTensor | number | undefined {
    return undefined
  }

  /** query: [B, T, D], value: [B, S, E], key: [B, S, D], else the value → [B, T, E] */
  call(inputs: readonly SymbolicTensor[], pass: Pass): Tensors {
    this.expectShapes(inputs.map(({ shape }) => shape))
    const [query, value, key = value] = inputs as Given
    const { y, scores } = this.#attended([query, value, key], pass)
    const mask = query.mask
    const output = mask ? ops.mul(y, ops.reshape(mask, [...mask.shape, 1])) : y
    return scores ? [output, scores] : output
  }

  #attended([query, value, key]: Given, pass: Pass) {
    const { dropout: rate, useCausalMask: causal, returnAttentionScores } = this
    const keys = value.shape[1] as number
    const mask = joinMasks(undefined, [value.mask], keys)
    const dropped = pass.training && rate > 0
    const scale = this.plain(pass)
    if (scale !== undefined && !dropped && !returnAttentionScores) {
      const [q, k, v] = [ops.mul(query, scale), key, value].map((x) =>
        ops.reshape(x, [...x.shape.slice(0, 2), 1, x.shape[2] as number]),
      ) as [SymbolicTensor, SymbolicTensor, SymbolicTensor]
      const { y } = attend(q, k, v, { scale: 1, causal, mask })
      return { y: ops.reshape(y, [...query.shape.slice(0, 2), value.shape[2] as number]) }
    }
    const hidden = mask && ops.reshape(mask, [mask.shape[0] as number, 1, keys])
    const weights = weigh(this.scores(query, key, pass), hidden, causal)
    const draw = { rng: pass.rng, stream: dropped ? pass.stream(this) : 0 }
    const kept = dropped ? composites.dropout(weights, rate, draw) : weights
    const y = ops.matmul(kept, value)
    return returnAttentionScores ? { y, scores: weights } : { y }
  }

  /** The output has the mask of the query. */
  override computeMask(_: readonly SymbolicTensor[], [query]: readonly Mask[]): readonly Mask[] {
    return [query]
  }

  config(): Config {
    const { useScale, dropout, useCausalMask, returnAttentionScores } = this
    return { useScale, dropout, useCausalMask, returnAttentionScores }
  }
}

/** Σ tanh(q + k)·scale for each query and key: [B, T, S] */
const additive = (
  query: SymbolicTensor,
  key: SymbolicTensor,
  scale: (sum: SymbolicTensor) => SymbolicTensor,
): SymbolicTensor => {
  const [b, t, d] = query.shape as [number, number, number]
  const s = key.shape[1] as number
  return scale(ops.add(ops.reshape(query, [b, t, 1, d]), ops.reshape(key, [b, 1, s, d])))
}

export class Attention extends OneHead {
  declare readonly type: 'attention'
  readonly scoreMode: 'dot' | 'concat'
  #concat: Variable | undefined

  constructor(options: AttentionOptions) {
    super(options, 'attention', false)
    this.scoreMode = options.scoreMode ?? 'dot'
    if (this.scoreMode !== 'dot' && this.scoreMode !== 'concat') {
      throw badArgument(subjectOf(this), 'scoreMode', this.scoreMode, "'dot' or 'concat'")
    }
  }

  override build(shapes: readonly BatchShape[]): void {
    super.build(shapes)
    this.addScale([], 'ones')
    if (this.scoreMode === 'dot') return
    this.#concat = this.addWeight({ name: 'concatScoreWeight', shape: [], initializer: 'ones' })
  }

  protected override plain(pass: Pass): SymbolicTensor | number | undefined {
    if (this.scoreMode === 'concat') return undefined
    return this.scale ? pass.read(this.scale) : 1
  }

  protected scores(query: SymbolicTensor, key: SymbolicTensor, pass: Pass): SymbolicTensor {
    const scale = this.scale ? pass.read(this.scale) : 1
    if (!this.#concat) return ops.mul(ops.matmul(query, key, false, true), scale)
    const sum = additive(query, key, (x) => ops.sum(ops.tanh(ops.mul(x, scale)), [-1]))
    return ops.mul(sum, pass.read(this.#concat))
  }

  override config() {
    return { ...super.config(), scoreMode: this.scoreMode }
  }
}

export class AdditiveAttention extends OneHead {
  declare readonly type: 'additiveAttention'

  constructor(options: AdditiveAttentionOptions) {
    super(options, 'additiveAttention', true)
  }

  override build(shapes: readonly BatchShape[]): void {
    super.build(shapes)
    this.addScale([(shapes[0] as BatchShape)[2] as number], 'glorotUniform')
  }

  protected scores(query: SymbolicTensor, key: SymbolicTensor, pass: Pass): SymbolicTensor {
    const scale = this.scale ? pass.read(this.scale) : 1
    return additive(query, key, (x) => ops.sum(ops.mul(ops.tanh(x), scale), [-1]))
  }
}

/** softmax(scale·query·keyᵀ)·value: apply it to `[query, value, key?]`; no scale by default. */
export const attention = <const O extends AttentionOptions>(options: O = {} as O) =>
  new Attention(options) as unknown as AttentionLayer<Many, O>

/** softmax(Σ scale·tanh(query + key))·value: apply it to `[query, value, key?]`. */
export const additiveAttention = <const O extends AdditiveAttentionOptions>(options: O = {} as O) =>
  new AdditiveAttention(options) as unknown as AttentionLayer<Many, O>
