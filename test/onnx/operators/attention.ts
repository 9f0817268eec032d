// ONNX's attention and rotary embedding, as products, softmax and slices: the core's fused attention
// has neither soft caps nor windows.

import * as ops from '../../../ts/composites/index.ts'
import type { SymbolicTensor as Tensor } from '../../../ts/graph.ts'
import type { Call, Operator } from '../call.ts'

/** [B, T, H·D] → [B, H, T, D]; what has four axes stays. */
const headsOf = (x: Tensor, heads: number): Tensor => {
  if (x.shape.length === 4) return x
  const [b, t] = x.shape as [number, number]
  return ops.swapaxes(ops.reshape(x, [b, t, heads, -1]), 1, 2)
}

/** 0 where allowed, else −∞. */
const bias = (allowed: Tensor): Tensor => ops.where(allowed, ops.zerosLike(allowed), -Infinity)

/** Keys that a mask is too short for are hidden. */
const maskOf = (call: Call, keys: number): Tensor | undefined => {
  const mask = call.maybe(3)
  if (!mask) return undefined
  const added = call.type(3) === 'bool' ? bias(mask) : mask
  const missing = keys - (mask.shape.at(-1) as number)
  const pads = mask.shape.map((_, i): [number, number] =>
    i === mask.shape.length - 1 ? [0, missing] : [0, 0],
  )
  return missing > 0 ? ops.pad(added, pads, 'constant', -Infinity) : added
}

/** How far the first query stands behind the first key: [], or [B, 1, 1, 1]. */
const offsetOf = (call: Call, queries: number): Tensor => {
  const lengths = call.maybe(6)
  if (lengths && !call.maybe(4)) {
    return ops.reshape(ops.subtract(lengths, queries), [lengths.shape[0] as number, 1, 1, 1])
  }
  return ops.full(call.graph, [], call.maybe(4)?.shape[2] ?? 0, 'int32')
}

/** Everything that hides keys. */
const biases = (call: Call, queries: number, keys: number): Tensor[] => {
  const key = ops.arange(call.graph, keys)
  const query = ops.add(
    ops.reshape(ops.arange(call.graph, queries), [queries, 1]),
    offsetOf(call, queries),
  )
  const behind = ops.subtract(query, key)
  const [left, right] = [call.int('left_window_size', -1), call.int('right_window_size', -1)]
  const lengths = call.maybe(6)
  return [
    maskOf(call, keys),
    call.int('is_causal') ? bias(ops.greaterEqual(behind, 0)) : undefined,
    left >= 0 ? bias(ops.lessEqual(behind, left)) : undefined,
    right >= 0 ? bias(ops.greaterEqual(behind, -right)) : undefined,
    lengths
      ? bias(ops.less(key, ops.reshape(lengths, [lengths.shape[0] as number, 1, 1, 1])))
      : undefined,
  ].filter((x) => x !== undefined)
}

/** Softmax that is 0 where no key is seen. */
const sharesOf = (scores: Tensor): Tensor => {
  const seen = ops.greater(ops.max(scores, -1, true), -Infinity)
  return ops.where(seen, ops.softmax(ops.where(seen, scores, 0)), 0)
}

const capped = (scores: Tensor, cap: number): Tensor =>
  cap > 0 ? ops.multiply(ops.tanh(ops.divide(scores, cap)), cap) : scores

const attention = (call: Call): readonly Tensor[] => {
  const q = headsOf(call.x(0), call.int('q_num_heads'))
  const present = [1, 2].map((i) => {
    const now = headsOf(call.x(i), call.int('kv_num_heads'))
    const past = call.maybe(i + 3)
    return past ? ops.concatenate([past, now], 2) : ops.reshape(now, now.shape)
  }) as [Tensor, Tensor]
  const each = (q.shape[1] as number) / (present[0].shape[1] as number)
  const [k, v] = present.map((x) => ops.repeat(x, each, 1)) as [Tensor, Tensor]
  const scale = call.float('scale', (q.shape[3] as number) ** -0.5)
  const scores = ops.matmul(ops.multiply(q, scale), ops.swapaxes(k, -1, -2))
  const soft = capped(scores, call.float('softcap'))
  const [queries, keys] = scores.shape.slice(-2) as [number, number]
  const biased = biases(call, queries, keys).reduce(ops.add, soft)
  const shares = sharesOf(biased)
  const y = ops.matmul(shares, v)
  const shown = [scores, soft, biased, shares][call.int('qk_matmul_output_mode')] as Tensor
  const [b, t] = call.x().shape as [number, number]
  const flat = call.x().shape.length === 3
  return [flat ? ops.reshape(ops.swapaxes(y, 1, 2), [b, t, -1]) : y, ...present, shown]
}

/** x: [B, T, H, D] with its first `size` numbers turned, in halves or in pairs. */
const rotated = (call: Call, x: Tensor, size: number): Tensor => {
  const [b, t, h, d] = x.shape as [number, number, number, number]
  const angles = [1, 2].map((i) => {
    const cache = call.maybe(3) ? ops.take(call.x(i), call.x(3), 0) : call.x(i)
    return ops.expandDims(cache, 2)
  }) as [Tensor, Tensor]
  const [part, rest] = ops.split(x, [size], -1) as [Tensor, Tensor]
  const pairs = call.int('interleaved') === 1
  const axis = pairs ? 4 : 3
  const grid = ops.reshape(part, pairs ? [b, t, h, size / 2, 2] : [b, t, h, 2, size / 2])
  const [p, q] = ops.unstack(grid, axis) as [Tensor, Tensor]
  const [cos, sin] = angles
  const real = ops.subtract(ops.multiply(cos, p), ops.multiply(sin, q))
  const imaginary = ops.add(ops.multiply(sin, p), ops.multiply(cos, q))
  const turned = ops.reshape(ops.stack([real, imaginary], axis), [b, t, h, size])
  return size === d ? turned : ops.concatenate([turned, rest], -1)
}

const rotaryEmbedding: Operator = (call) => {
  const x = headsOf(call.x(), call.int('num_heads'))
  const y = ops.swapaxes(x, 1, 2)
  const size = call.int('rotary_embedding_dim') || (y.shape[3] as number)
  const turned = rotated(call, y, size)
  if (call.x().shape.length === 3) return ops.reshape(turned, call.x().shape)
  return ops.swapaxes(turned, 1, 2)
}

export const attentions: Readonly<Record<string, Operator>> = {
  Attention: attention,
  RotaryEmbedding: rotaryEmbedding,
}
