// The primitive ops of the core, one line each; every export is an op under its own name. Shape
// rules and gradients are the core's. What can be composed of these is in `composites.ts`.

import { GradloomError } from './errors.ts'
import type { Graph, Operand, SymbolicTensor as Tensor } from './graph.ts'
import type { Shape } from './shape.ts'

/** The graph that the operands belong to. */
const graphOf = (op: string, inputs: readonly Operand[]): Graph => {
  const tensors = inputs.filter((x) => typeof x !== 'number')
  const graph = tensors[0]?.graph
  if (!graph) {
    throw new GradloomError(
      'argument',
      `${op}: one operand at least must be a tensor of a graph; graph.fill(value) makes one.`,
    )
  }
  if (tensors.some((x) => x.graph !== graph)) {
    throw new GradloomError('argument', `${op}: the operands belong to different graphs.`)
  }
  return graph
}

/** Applies `op` in the graph of its tensors; numbers become f32 scalars. */
const apply = (
  op: string,
  inputs: readonly Operand[],
  attrs: readonly (number | boolean)[] = [],
): Tensor => graphOf(op, inputs).apply(op, inputs, attrs.map(Number))

const list = (values: readonly number[]): number[] => [values.length, ...values]

/** Notes what y was computed from, so that losses can compute from the logits. */
const from = (activation: 'softmax' | 'sigmoid', logits: Tensor, y: Tensor): Tensor => {
  y.origin = { activation, logits }
  return y
}

// Elementwise, one input: f32 [...] → f32 [...]
export const neg = (x: Tensor) => apply('neg', [x])
export const abs = (x: Tensor) => apply('abs', [x])
export const exp = (x: Tensor) => apply('exp', [x])
/** eˣ − 1, exact near 0 too. */
export const expm1 = (x: Tensor) => apply('expm1', [x])
export const log = (x: Tensor) => apply('log', [x])
export const log1p = (x: Tensor) => apply('log1p', [x])
export const sqrt = (x: Tensor) => apply('sqrt', [x])
export const square = (x: Tensor) => apply('square', [x])
export const reciprocal = (x: Tensor) => apply('reciprocal', [x])
export const tanh = (x: Tensor) => apply('tanh', [x])
export const sigmoid = (x: Tensor) => from('sigmoid', x, apply('sigmoid', [x]))
export const relu = (x: Tensor) => apply('relu', [x])
export const softplus = (x: Tensor) => apply('softplus', [x])
export const silu = (x: Tensor) => apply('silu', [x])
export const erf = (x: Tensor) => apply('erf', [x])
export const sin = (x: Tensor) => apply('sin', [x])
export const cos = (x: Tensor) => apply('cos', [x])
/** −1, 0 or 1; no gradient. */
export const sign = (x: Tensor) => apply('sign', [x])
/** 0 where |x| < 2⁻¹⁰⁰, else x: keeps what decays out of the slow subnormal numbers. */
export const flush = (x: Tensor) => apply('flush', [x])
/** No gradient. */
export const floor = (x: Tensor) => apply('floor', [x])
/** x·Φ(x); by tanh when `approximate`. */
export const gelu = (x: Tensor, approximate = false) => apply('gelu', [x], [approximate])
/** x where x > 0, else slope·x. */
export const leakyRelu = (x: Tensor, slope: number) => apply('leakyRelu', [x], [slope])
/** x where x > 0, else alpha·(exp(x) − 1). */
export const elu = (x: Tensor, alpha: number) => apply('elu', [x], [alpha])
/** 1 where x is NaN, else 0; no gradient. */
export const isNan = (x: Tensor) => apply('isNan', [x])

// Elementwise, two inputs, broadcast together
export const add = (a: Operand, b: Operand) => apply('add', [a, b])
export const sub = (a: Operand, b: Operand) => apply('sub', [a, b])
export const mul = (a: Operand, b: Operand) => apply('mul', [a, b])
export const div = (a: Operand, b: Operand) => apply('div', [a, b])
export const maximum = (a: Operand, b: Operand) => apply('maximum', [a, b])
export const minimum = (a: Operand, b: Operand) => apply('minimum', [a, b])
/** xʸ; NaN for x < 0 unless y is whole. */
export const pow = (x: Operand, y: Operand) => apply('pow', [x, y])
/** The angle of the point (x, y), between −π and π. */
export const atan2 = (y: Operand, x: Operand) => apply('atan2', [y, x])
/** 1 where a < b, else 0; no gradient. */
export const less = (a: Operand, b: Operand) => apply('less', [a, b])
/** 1 where a ≤ b, else 0; no gradient. */
export const lessEqual = (a: Operand, b: Operand) => apply('lessEqual', [a, b])
/** 1 where a = b, else 0; no gradient. */
export const equal = (a: Operand, b: Operand) => apply('equal', [a, b])

/** In the order of the core. */
const INTEGER = [
  'add',
  'sub',
  'mul',
  'floorDiv',
  'mod',
  'minimum',
  'maximum',
  'less',
  'equal',
  'and',
  'or',
  'xor',
  'shl',
  'shr',
] as const
export type IntegerKind = (typeof INTEGER)[number]
/** Arithmetic of i32; comparisons give f32. Wraps around; x / 0 is 0. No gradient. */
export const integer = (kind: IntegerKind, a: Operand, b: Operand) => {
  const graph = graphOf('integer', [a, b])
  const whole = (x: Operand) => (typeof x === 'number' ? graph.constant(Int32Array.of(x), []) : x)
  return apply('integer', [whole(a), whole(b)], [INTEGER.indexOf(kind)])
}

// Elementwise, three inputs, broadcast together
/** a where cond ≠ 0, else b, which may be i32. */
export const where = (cond: Operand, a: Operand, b: Operand) => apply('where', [cond, a, b])
/** a·b + c */
export const mulAdd = (a: Operand, b: Operand, c: Operand) => apply('mulAdd', [a, b, c])
/** a + (b − a)·t; 0 where that is under 2⁻¹⁰⁰ */
export const lerp = (a: Operand, b: Operand, t: Operand) => apply('lerp', [a, b, t])
/** a + (b² − a)·t; 0 where that is under 2⁻¹⁰⁰ */
export const lerpSquare = (a: Operand, b: Operand, t: Operand) => apply('lerpSquare', [a, b, t])
/** m / (√v + eps) */
export const divSqrt = (m: Operand, v: Operand, eps: Operand) => apply('divSqrt', [m, v, eps])
/** x cut to [low, high]. */
export const clip = (x: Operand, low: Operand, high: Operand) => apply('clip', [x, low, high])

// Shape
export const reshape = (x: Tensor, shape: Shape) => apply('reshape', [x], list(shape))
/** The same numbers; gradients end here. */
export const stopGradient = (x: Tensor) => apply('stopGradient', [x])
export const broadcastTo = (x: Tensor, shape: Shape) => apply('broadcastTo', [x], list(shape))
/** Sums over the axes along which `shape` would be broadcast to the shape of x. */
export const sumTo = (x: Tensor, shape: Shape) => apply('sumTo', [x], list(shape))
/** Axis i of the result is axis order[i] of x. */
export const transpose = (x: Tensor, order: readonly number[]) =>
  apply('transpose', [x], list(order))
/** The inputs one after the other along `axis`: 32 at most. */
export const concat = (xs: readonly Tensor[], axis: number) => apply('concat', xs, [axis])
/** Element i of the result, along each axis, is element start + i·step of x. */
export const slice = (x: Tensor, starts: Shape, sizes: Shape, steps: readonly number[]) =>
  apply('slice', [x], [...list(starts), ...list(sizes), ...list(steps)])
/** A tensor of `whole` filled with `value`, but x where `slice` would take it from. */
export const place = (
  x: Tensor,
  whole: Shape,
  starts: Shape,
  steps: readonly number[],
  value: number,
) => apply('place', [x], [value, ...list(whole), ...list(starts), ...list(steps)])

// Reductions
/** Sums of the elements up to each one; from each one on when `reverse`. */
export const cumsum = (x: Tensor, axis: number, reverse = false) =>
  apply('cumsum', [x], [reverse, axis])
export const sum = (x: Tensor, axes: readonly number[], keepdims = false) =>
  apply('sum', [x], [keepdims, ...list(axes)])
export const max = (x: Tensor, axis: number, keepdims = false) =>
  apply('max', [x], [keepdims, axis])
/** The place of the first maximum: i32; no gradient. */
export const argmax = (x: Tensor, axis: number) => apply('argmax', [x], [axis])
/** Sums of runs of 4096 elements: f32 [ceil(size / 4096)]. */
export const chunkSums = (x: Tensor) => apply('chunkSums', [x])

// Products
/**
 * a: [..., M, K], b: [..., K, N] or [K, N] → [..., M, N]; `ta`, `tb`: the operand's last two axes
 * are swapped.
 */
export const matmul = (a: Tensor, b: Tensor, ta = false, tb = false) =>
  apply('matmul', [a, b], [ta, tb])

// Convolutions and poolings, channels last, over one to three spatial axes
/** One number for each spatial axis; `low` and `high` are zeros before and after the elements. */
export interface ConvWindows {
  readonly strides: readonly number[]
  readonly dilations: readonly number[]
  readonly low: readonly number[]
  readonly high: readonly number[]
  readonly groups: number
}
const windowsOf = ({ strides, dilations, low, high, groups }: ConvWindows): number[] => [
  ...[strides, dilations, low, high].flatMap(list),
  groups,
]
/** x: [B, ...spatial, C], kernel: [...taps, C / groups, N] → [B, ...spatial', N] */
export const conv = (x: Tensor, kernel: Tensor, windows: ConvWindows) =>
  apply('conv', [x, kernel], windowsOf(windows))
/**
 * The gradient of `conv` with respect to its x, which had these spatial sizes:
 * dy: [B, ...spatial', N], kernel: [...taps, C / groups, N] → [B, ...spatial, C]
 */
export const convTranspose = (dy: Tensor, kernel: Tensor, windows: ConvWindows, spatial: Shape) =>
  apply('convTranspose', [dy, kernel], [...windowsOf(windows), ...list(spatial)])

/**
 * One number for each spatial axis; windows reach out of the tensor by less than their size, but
 * find no element there. Stride 0: `sizes` is the number of windows, which are spread evenly.
 */
export interface PoolWindows {
  readonly sizes: readonly number[]
  readonly strides: readonly number[]
  readonly low: readonly number[]
  readonly high: readonly number[]
}
const poolingOf = ({ sizes, strides, low, high }: PoolWindows): number[] =>
  [sizes, strides, low, high].flatMap(list)
/** x: [B, ...spatial, C] → [B, ...spatial', C]; its gradient goes to the first of the largest. */
export const maxPool = (x: Tensor, windows: PoolWindows) =>
  apply('maxPool', [x], poolingOf(windows))
/** x: [B, ...spatial, C] → [B, ...spatial', C] */
export const sumPool = (x: Tensor, windows: PoolWindows) =>
  apply('sumPool', [x], poolingOf(windows))
// Linear algebra of matrices in the last two axes
/** a: [..., N, N] → L of L·Lᵀ = (a + aᵀ) / 2. */
export const cholesky = (a: Tensor) => apply('cholesky', [a])
/** a: [..., M, N], M ≥ N → [..., M + N + 1, N]: Q, R, and −1 where a column was reflected. */
export const qr = (a: Tensor) => apply('qr', [a])
/** a: [..., N, N] triangular, b: [..., N, M] → x of a·x = b, or of aᵀ·x = b: [..., N, M] */
export const triangularSolve = (a: Tensor, b: Tensor, lower = true, transposed = false) =>
  apply('triangularSolve', [a, b], [lower, transposed])

// Recurrences; cell: 0 simple, 1 GRU, 2 LSTM, of G = 1, 3, 4 gates and S = 1, 1, 2 states
/**
 * x: [B, T, G·U], kernel: [U, G·U], bias: [G·U], state: [B, S, U], mask: [B, T], keep: [B, U] → the
 * states and gates of all steps, for `recurrent`. No gradient.
 */
export const recurrentTape = (inputs: readonly Tensor[], cell: number) =>
  apply('recurrentTape', inputs, [cell])
/**
 * The inputs of the tape, and the tape → h after each of the last `ends` steps, then c: [B, …, U]
 */
export const recurrent = (inputs: readonly Tensor[], cell: number, ends: number) =>
  apply('recurrent', inputs, [cell, ends])

// Rows: along the last axis
export const softmax = (x: Tensor) => from('softmax', x, apply('softmax', [x]))
/**
 * (x − mean) / √(variance + epsilon) along the last axis; not centred, x / √(mean x² + epsilon).
 */
export const normalizeRows = (x: Tensor, epsilon: number, center = true) =>
  apply('normalizeRows', [x], [center, epsilon])
export const logSoftmax = (x: Tensor) => apply('logSoftmax', [x])
/** logits, targets: [..., C] → Σ targets·(log Σ exp(logits) − logits): [...] */
export const softmaxCrossEntropy = (logits: Tensor, targets: Tensor) =>
  apply('softmaxCrossEntropy', [logits, targets])

// Attention
/**
 * q: [B, T, H, D], k: [B, S, G, D], v: [B, S, G, E] → softmax(scale·q·kᵀ)·v: [B, T, H, E], where
 * H/G heads of q share one of k and v. `mask`: [B, H, T, S] or 1 in place of B, H, T; keys are
 * hidden where it is 0, and with `causal` those behind the query. A query that sees no key gets
 * zeros.
 */
export const attention = (
  q: Tensor,
  k: Tensor,
  v: Tensor,
  { mask, causal = false, scale = 1 }: { mask?: Tensor; causal?: boolean; scale?: number } = {},
) => apply('attention', mask ? [q, k, v, mask] : [q, k, v], [causal, scale])

// Indices
/** x: [N, ...], rows: i32 [B] → [B, ...]; NaN (or −1) for a row outside 0..N. */
export const gatherRows = (x: Tensor, rows: Tensor) => apply('gatherRows', [x, rows])
/** x: [B, ...], rows: i32 [B] → [count, ...]: row rows[b] gains x[b]. */
export const scatterAddRows = (x: Tensor, rows: Tensor, count: number) =>
  apply('scatterAddRows', [x, rows], [count])
/** x: [N, ...], rows: [B, ...], idx: i32 [B] → x with row idx[b] replaced by row b of rows. */
export const writeRows = (x: Tensor, rows: Tensor, idx: Tensor) =>
  apply('writeRows', [x, rows, idx])
/** The place where each index stands first: i32 [B]; no gradient. */
export const firstPlaces = (idx: Tensor) => apply('firstPlaces', [idx])
/** i32 [...] → f32 [..., depth]; no gradient. */
export const oneHot = (x: Tensor, depth: number) => apply('oneHot', [x], [depth])

/** rows: i32 [B] → i32 [count]: the last place in `rows` of each row, −1 for none; no gradient. */
export const lastPlaces = (rows: Tensor, count: number) => apply('lastPlaces', [rows], [count])
/** The places of the elements of each row in rising order, NaN last: i32; no gradient. */
export const argsort = (x: Tensor, falling = false) => apply('argsort', [x], [falling])

// Conversions; no gradient
export const castF32 = (x: Tensor) => apply('castF32', [x])
/** Towards zero. */
export const castI32 = (x: Tensor) => apply('castI32', [x])

// Random numbers; rng: i32 [4] (seed low, seed high, step, row offset), stream: which draw this is
/** In [0, 1). */
export const randomUniform = (rng: Tensor, stream: number, shape: Shape) =>
  apply('randomUniform', [rng], [stream, ...list(shape)])
/** Mean 0, standard deviation 1. */
export const randomNormal = (rng: Tensor, stream: number, shape: Shape) =>
  apply('randomNormal', [rng], [stream, ...list(shape)])
/** Standard normal, drawn again outside ±2. */
export const randomTruncatedNormal = (rng: Tensor, stream: number, shape: Shape) =>
  apply('randomTruncatedNormal', [rng], [stream, ...list(shape)])
