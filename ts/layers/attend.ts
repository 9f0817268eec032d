// softmax(scale·q·kᵀ)·v as the attention layers share it: fused where nobody looks at the weights,
// else as products. No layer of its own.

import * as composites from '../composites.ts'
import type { SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import type { Draw } from '../variable.ts'
import type { Layer, Tensors } from './layer.ts'

/** One tensor, or with `returnAttentionScores: true` output and scores. */
export type AttentionLayer<In extends Tensors, O> = Layer<
  In,
  O extends { returnAttentionScores: true } ? readonly SymbolicTensor[] : SymbolicTensor
>

export interface AttendOptions {
  /** Of the scores. */
  readonly scale: number
  /** Query i sees keys 0 … i only. */
  readonly causal: boolean
  /** f32 [B, H, T, S], or 1 in place of B, H and T: 0 hides a key. */
  readonly mask?: SymbolicTensor | undefined
  /** Drops weights while training. */
  readonly dropout?: (Omit<Draw, 'graph'> & { readonly rate: number }) | undefined
  /** The weights are wanted too. */
  readonly scores?: boolean | undefined
}

export interface Attended {
  /** [B, T, H, E] */
  readonly y: SymbolicTensor
  /** The weights, before dropout: [B, H, T, S]; only where they are asked for. */
  readonly scores?: SymbolicTensor
}

/** 1 where query i may see key j: [T, S]. */
const causalMask = (like: SymbolicTensor, queries: number, keys: number): SymbolicTensor => {
  const count = (n: number, shape: number[]) =>
    like.graph.constant(
      Float32Array.from({ length: n }, (_, i) => i),
      shape,
    )
  return ops.lessEqual(count(keys, [1, keys]), count(queries, [queries, 1]))
}

/** The weights of scores [..., T, S]: softmax, exactly 0 where a mask is, also in whole rows. */
export const weigh = (
  scores: SymbolicTensor,
  mask: SymbolicTensor | undefined,
  causal: boolean,
): SymbolicTensor => {
  const [t, s] = scores.shape.slice(-2) as [number, number]
  const order = causal ? causalMask(scores, t, s) : undefined
  const seen = mask && order ? ops.mul(mask, order) : (mask ?? order)
  if (!seen) return ops.softmax(scores)
  return ops.where(seen, ops.softmax(ops.where(seen, scores, -1e30)), 0)
}

/** [B, S, G, D] → [B, H, S, D], each head as often as it is shared. */
const spread = (x: SymbolicTensor, heads: number): SymbolicTensor => {
  const [b, s, g, d] = x.shape as [number, number, number, number]
  const each = ops.reshape(ops.transpose(x, [0, 2, 1, 3]), [b, g, 1, s, d])
  return ops.reshape(ops.broadcastTo(each, [b, g, heads / g, s, d]), [b, heads, s, d])
}

/** q: [B, T, H, D], k: [B, S, G, D], v: [B, S, G, E] */
export const attend = (
  q: SymbolicTensor,
  k: SymbolicTensor,
  v: SymbolicTensor,
  { scale, causal, mask, dropout, scores = false }: AttendOptions,
): Attended => {
  if (!dropout && !scores) {
    return { y: ops.attention(q, k, v, { causal, scale, ...(mask ? { mask } : {}) }) }
  }
  const heads = q.shape[2] as number
  const queries = ops.mul(ops.transpose(q, [0, 2, 1, 3]), scale)
  const weights = weigh(ops.matmul(queries, spread(k, heads), false, true), mask, causal)
  const kept = dropout ? composites.dropout(weights, dropout.rate, dropout) : weights
  const y = ops.transpose(ops.matmul(kept, spread(v, heads)), [0, 2, 1, 3])
  return scores ? { y, scores: weights } : { y }
}

/** Masks of queries [B, T] and keys [B, S] as one: [B, 1, T or 1, S]. */
export const joinMasks = (
  query: SymbolicTensor | undefined,
  keys: readonly (SymbolicTensor | undefined)[],
  size: number,
): SymbolicTensor | undefined => {
  const across = keys.flatMap((m) =>
    m ? [ops.reshape(m, [m.shape[0] as number, 1, 1, size])] : [],
  )
  const key = across.length > 0 ? across.reduce((a, b) => ops.mul(a, b)) : undefined
  if (!query) return key
  const [b, t] = query.shape as [number, number]
  const down = ops.reshape(query, [b, 1, t, 1])
  return ops.mul(down, key ?? query.graph.fill(1, [1, 1, 1, size]))
}
