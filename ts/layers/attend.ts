// What attention layers share: the type of their results, and masks of steps as one. The arithmetic
// is in `composites/attention.ts`.

import type { SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import type { Layer, Tensors } from './layer.ts'

/** One tensor, or with `returnAttentionScores: true` output and scores. */
export type AttentionLayer<In extends Tensors, O> = Layer<
  In,
  O extends { returnAttentionScores: true } ? readonly SymbolicTensor[] : SymbolicTensor
>

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
