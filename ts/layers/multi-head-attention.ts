// Multi-head attention (Vaswani et al., "Attention Is All You Need", 2017).

import { badArgument, positiveWhole, sizes } from '../checks.ts'
import type { AttentionLayer } from './attend.ts'
import { subjectOf } from './expect.ts'
import { HeadsAttention, type HeadsAttentionOptions } from './heads-attention.ts'
import type { Tensors } from './layer.ts'
import type { Attends, InputOf, Shaped } from './shape-rules.ts'

export interface MultiHeadAttentionOptions extends HeadsAttentionOptions {
  numHeads: number
  /** Size of a head's queries and keys. */
  keyDim: number
  /** Size of a head's values. Default `keyDim`. */
  valueDim?: number
  /** Sizes of the output's last axes. Default: the features of the query. */
  outputShape?: number | readonly number[]
  /** The axes along which a query looks. Default: all between batch and features. */
  attentionAxes?: number | readonly number[]
}

const checked = (options: MultiHeadAttentionOptions) => {
  const { numHeads, keyDim, valueDim = keyDim, outputShape, attentionAxes } = options
  const subject = subjectOf({ type: 'multiHeadAttention', name: options.name })
  const heads = positiveWhole(subject, 'numHeads', numHeads)
  const axes = [attentionAxes ?? []].flat()
  if (!axes.every((a) => Number.isInteger(a) && a !== 0)) {
    throw badArgument(subject, 'attentionAxes', attentionAxes, 'axes other than the batch (0)')
  }
  const output = outputShape === undefined ? undefined : [outputShape].flat()
  return {
    heads,
    groups: heads,
    depth: positiveWhole(subject, 'keyDim', keyDim),
    width: positiveWhole(subject, 'valueDim', valueDim),
    ...(output ? { output: sizes(subject, 'outputShape', output) } : {}),
    ...(axes.length > 0 ? { axes } : {}),
  }
}

export class MultiHeadAttention extends HeadsAttention {
  declare readonly type: 'multiHeadAttention'
  readonly #config: Pick<
    MultiHeadAttentionOptions,
    'numHeads' | 'keyDim' | 'valueDim' | 'outputShape' | 'attentionAxes'
  >

  constructor(options: MultiHeadAttentionOptions) {
    const heads = checked(options)
    super(options, 'multiHeadAttention', heads)
    this.#config = {
      numHeads: heads.heads,
      keyDim: heads.depth,
      valueDim: heads.width,
      ...(heads.output ? { outputShape: heads.output } : {}),
      ...(heads.axes ? { attentionAxes: heads.axes } : {}),
    }
  }

  override config() {
    return { ...(this.#config as Record<string, number>), ...super.config() }
  }
}

/**
 * Softmax attention of several heads: apply it to `[query, value, key?, attentionMask?]`, or to one
 * tensor, which then looks at itself: [B, T, features] → [B, T, features].
 */
export const multiHeadAttention = <const O extends MultiHeadAttentionOptions>(options: O) =>
  new MultiHeadAttention(options) as unknown as Shaped<
    AttentionLayer<Tensors, O>,
    Attends<O>,
    InputOf<O>
  >
