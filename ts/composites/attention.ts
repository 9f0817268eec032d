// softmax(scale·q·kᵀ)·v: fused where nobody looks at the weights, else as products. No layer of its
// own.

import * as ops from '../ops.ts'
import type { Draw } from '../variable.ts'
import type { Tensor } from './axes.ts'
import * as composites from './common.ts'

export interface AttendOptions {
  /** Of the scores. */
  readonly scale: number
  /** Query i sees keys 0 … i only. */
  readonly causal: boolean
  /** Query i sees keys nearer than that to i only. */
  readonly window?: number | null
  /** f32 [B, H, T, S], or 1 in place of B, H and T: a key is hidden where it is 0. */
  readonly mask?: Tensor | undefined
  /** Added to the scores, in a shape that broadcasts to theirs: [B, H, T, S]. */
  readonly bias?: Tensor | undefined
  /** Drops weights while training. */
  readonly dropout?: (Omit<Draw, 'graph'> & { readonly rate: number }) | undefined
  /** The weights are wanted too. */
  readonly scores?: boolean | undefined
}

export interface Attended {
  /** [B, T, H, E] */
  readonly y: Tensor
  /** The weights, before dropout: [B, H, T, S]; only where they are asked for. */
  readonly scores?: Tensor
}

/** i − j of queries i and keys j: [T, S]. */
const behind = (like: Tensor, queries: number, keys: number): Tensor => {
  const count = (n: number, shape: number[]) =>
    like.graph.constant(
      Float32Array.from({ length: n }, (_, i) => i),
      shape,
    )
  return ops.sub(count(queries, [queries, 1]), count(keys, [1, keys]))
}

/** 1 where a query is nearer than `size` to a key: [1, 1, T, S]. */
const band = (q: Tensor, k: Tensor, size: number): Tensor => {
  const [t, s] = [q.shape[1] as number, k.shape[1] as number]
  return ops.reshape(ops.less(ops.abs(behind(q, t, s)), size), [1, 1, t, s])
}

/** The weights of scores [..., T, S]: softmax, exactly 0 where a mask is, also in whole rows. */
export const weigh = (scores: Tensor, mask: Tensor | undefined, causal: boolean): Tensor => {
  const [t, s] = scores.shape.slice(-2) as [number, number]
  const order = causal ? ops.lessEqual(0, behind(scores, t, s)) : undefined
  const seen = mask && order ? ops.mul(mask, order) : (mask ?? order)
  if (!seen) return ops.softmax(scores)
  return ops.where(seen, ops.softmax(ops.where(seen, scores, -1e30)), 0)
}

/** [B, S, G, D] → [B, H, S, D], each head as often as it is shared. */
const spread = (x: Tensor, heads: number): Tensor => {
  const [b, s, g, d] = x.shape as [number, number, number, number]
  const each = ops.reshape(ops.transpose(x, [0, 2, 1, 3]), [b, g, 1, s, d])
  return ops.reshape(ops.broadcastTo(each, [b, g, heads / g, s, d]), [b, heads, s, d])
}

/** q: [B, T, H, D], k: [B, S, G, D], v: [B, S, G, E] */
export const attend = (
  q: Tensor,
  k: Tensor,
  v: Tensor,
  { scale, causal, window = null, mask: given, bias, dropout, scores = false }: AttendOptions,
): Attended => {
  const near = window === null ? undefined : band(q, k, window)
  const mask = near && given ? ops.mul(near, given) : (near ?? given)
  if (!dropout && !scores && !bias) {
    return { y: ops.attention(q, k, v, { causal, scale, ...(mask ? { mask } : {}) }) }
  }
  const heads = q.shape[2] as number
  const queries = ops.mul(ops.transpose(q, [0, 2, 1, 3]), scale)
  const products = ops.matmul(queries, spread(k, heads), false, true)
  const weights = weigh(bias ? ops.add(products, bias) : products, mask, causal)
  const kept = dropout ? composites.dropout(weights, dropout.rate, dropout) : weights
  const y = ops.transpose(ops.matmul(kept, spread(v, heads)), [0, 2, 1, 3])
  return scores ? { y, scores: weights } : { y }
}

/** What `dotProductAttention` takes beside the tensors. */
export interface DotProductOptions {
  /** Of the scores. Default 1/√D. */
  scale?: number
  /** [B, H, T, S], or 1 in place of B, H and T: a key is hidden where it is 0. */
  mask?: Tensor
  /** Added to the scores, in a shape that broadcasts to [B, H, T, S]. */
  bias?: Tensor
  /** Query i sees keys 0 … i only. Default false. */
  isCausal?: boolean
}

/**
 * q: [B, T, H, D], k: [B, S, G, D], v: [B, S, G, E] → [B, T, H, E]; H/G heads of q share one of k
 * and v. A query that sees no key gets zeros.
 */
export const dotProductAttention = (
  q: Tensor,
  k: Tensor,
  v: Tensor,
  {
    scale = 1 / Math.sqrt(q.shape.at(-1) ?? 1),
    isCausal = false,
    mask,
    bias,
  }: DotProductOptions = {},
): Tensor => {
  const hides = mask && composites.asFloat(mask)
  return attend(q, k, v, { scale, causal: isCausal, mask: hides, bias }).y
}
