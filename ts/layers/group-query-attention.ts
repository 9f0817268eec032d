// Grouped-query attention (Ainslie et al., "GQA", 2023): several heads of the query share one of
// key and value.

import { badArgument, positiveWhole } from '../checks.ts'
import type { AttentionLayer } from './attend.ts'
import { subjectOf } from './expect.ts'
import { HeadsAttention, type HeadsAttentionOptions } from './heads-attention.ts'
import type { Tensors } from './layer.ts'
import type { Attends, InputOf, Shaped } from './shape-rules.ts'

export interface GroupQueryAttentionOptions extends HeadsAttentionOptions {
  /** Size of a head. */
  headDim: number
  numQueryHeads: number
  /** A divisor of `numQueryHeads`. */
  numKeyValueHeads: number
}

const checked = (options: GroupQueryAttentionOptions) => {
  const subject = subjectOf({ type: 'groupQueryAttention', name: options.name })
  const depth = positiveWhole(subject, 'headDim', options.headDim)
  const heads = positiveWhole(subject, 'numQueryHeads', options.numQueryHeads)
  const groups = positiveWhole(subject, 'numKeyValueHeads', options.numKeyValueHeads)
  if (heads % groups === 0) return { heads, groups, depth, width: depth }
  throw badArgument(subject, 'numKeyValueHeads', groups, `a divisor of numQueryHeads, ${heads}`)
}

export class GroupQueryAttention extends HeadsAttention {
  declare readonly type: 'groupQueryAttention'
  readonly headDim: number
  readonly numQueryHeads: number
  readonly numKeyValueHeads: number

  constructor(options: GroupQueryAttentionOptions) {
    const heads = checked(options)
    super(options, 'groupQueryAttention', heads)
    this.headDim = heads.depth
    this.numQueryHeads = heads.heads
    this.numKeyValueHeads = heads.groups
  }

  override config() {
    const { headDim, numQueryHeads, numKeyValueHeads } = this
    return { headDim, numQueryHeads, numKeyValueHeads, ...super.config() }
  }
}

/** Multi-head attention whose query heads share key and value heads in equal groups. */
export const groupQueryAttention = <const O extends GroupQueryAttentionOptions>(options: O) =>
  new GroupQueryAttention(options) as unknown as Shaped<
    AttentionLayer<Tensors, O>,
    Attends<O>,
    InputOf<O>
  >
