// Convolutions and poolings with Keras's padding, composed of the primitive ones: which windows
// there are, averages, products where a kernel has one tap. All tensors are channels last.

import type { SymbolicTensor as Tensor } from '../graph.ts'
import * as ops from '../ops.ts'
import { type Shape, sizeOf } from '../shape.ts'

/** `'same'`: as many outputs as strides; `'causal'`: no output sees what comes after it. */
export type Padding = 'valid' | 'same' | 'causal'

/** What `conv` takes beside the tensors: one number for each spatial axis. */
export interface ConvOptions {
  readonly strides: readonly number[]
  readonly dilationRate: readonly number[]
  readonly padding: Padding
  readonly groups?: number
}

const zeros = (of: Shape): number[] => of.map(() => 0)

/** The sizes between batch and channels. */
export const spatialOf = (shape: Shape): Shape => shape.slice(1, -1)

/** Zeros before and after, so that there are ⌈size / stride⌉ windows; the odd one comes after. */
const samePadding = (sizes: Shape, extents: Shape, strides: Shape) => {
  const totals = sizes.map((size, i) => {
    const stride = strides[i] as number
    return Math.max((Math.ceil(size / stride) - 1) * stride + (extents[i] as number) - size, 0)
  })
  const low = totals.map((total) => total >> 1)
  return { low, high: totals.map((total, i) => total - (low[i] as number)) }
}

const extentsOf = (taps: Shape, dilations: Shape): number[] =>
  taps.map((n, i) => (n - 1) * (dilations[i] as number) + 1)

const paddingOf = (padding: Padding, sizes: Shape, extents: Shape, strides: Shape) => {
  if (padding === 'same') return samePadding(sizes, extents, strides)
  const low = padding === 'causal' ? extents.map((extent) => extent - 1) : zeros(sizes)
  return { low, high: zeros(sizes) }
}

/** x: [B, ...spatial, C], kernel: [...taps, C / groups, N] → [B, ...spatial', N] */
export const convolve = (x: Tensor, kernel: Tensor, options: ConvOptions): Tensor => {
  const { strides, dilationRate, padding, groups = 1 } = options
  const taps = kernel.shape.slice(0, -2)
  if (groups === 1 && [...taps, ...strides].every((n) => n === 1)) {
    return ops.matmul(x, ops.reshape(kernel, kernel.shape.slice(-2)))
  }
  const extents = extentsOf(taps, dilationRate)
  const pads = paddingOf(padding, spatialOf(x.shape), extents, strides)
  return ops.conv(x, kernel, { strides, dilations: dilationRate, groups, ...pads })
}

/** x: [B, ...spatial, C], kernel: [...taps, C, M] → [B, ...spatial', C · M], each channel alone. */
export const convolveDepthwise = (x: Tensor, kernel: Tensor, options: ConvOptions): Tensor => {
  const [channels, each] = kernel.shape.slice(-2) as [number, number]
  const shape = [...kernel.shape.slice(0, -2), 1, channels * each]
  return convolve(x, ops.reshape(kernel, shape), { ...options, groups: channels })
}

/** Along one axis: size of the output, and how far its first window reaches out. */
const transposedAxis = (
  size: number,
  extent: number,
  stride: number,
  same: boolean,
  given?: number,
) => {
  const between = (size - 1) * stride
  if (!same) return { size: between + extent + (given ?? Math.max(stride - extent, 0)), low: 0 }
  const total = given === undefined ? stride + extent - 2 : extent + (extent % 2) - 2 + given
  const left = Math.min(Math.ceil(total / 2), extent - 1)
  const made = given === undefined ? size * stride : between + (extent % 2) + given
  return { size: made, low: extent - 1 - left }
}

/**
 * x: [B, ...spatial, C], kernel: [...taps, N, C] → [B, ...spatial', N], the gradient of a
 * convolution. Sizes and paddings are those of Keras on JAX, for dilations too.
 */
export const convolveTransposed = (
  x: Tensor,
  kernel: Tensor,
  options: ConvOptions,
  outputPadding?: readonly number[] | null,
): Tensor => {
  const { strides, dilationRate, padding, groups = 1 } = options
  const extents = extentsOf(kernel.shape.slice(0, -2), dilationRate)
  const axes = spatialOf(x.shape).map((size, i) => {
    const [extent, stride] = [extents[i] as number, strides[i] as number]
    const axis = transposedAxis(size, extent, stride, padding === 'same', outputPadding?.[i])
    const high = Math.max((size - 1) * stride + extent - axis.size - axis.low, 0)
    return { ...axis, high }
  })
  const windows = {
    strides,
    dilations: dilationRate,
    low: axes.map(({ low }) => low),
    high: axes.map(({ high }) => high),
    groups,
  }
  return ops.convTranspose(
    x,
    kernel,
    windows,
    axes.map(({ size }) => size),
  )
}

/** What poolings take: one number for each spatial axis. */
export interface PoolOptions {
  readonly poolSize: readonly number[]
  readonly strides: readonly number[]
  readonly padding: 'valid' | 'same'
}

const poolWindows = (x: Tensor, { poolSize, strides, padding }: PoolOptions): ops.PoolWindows => ({
  sizes: poolSize,
  strides,
  ...paddingOf(padding, spatialOf(x.shape), poolSize, strides),
})

/** As many windows as `sizes` says, spread evenly. */
const evenWindows = (sizes: Shape): ops.PoolWindows => ({
  sizes,
  strides: zeros(sizes),
  low: zeros(sizes),
  high: zeros(sizes),
})

/** Elements of each window along an axis of `size`. */
const counts = (
  windows: ops.PoolWindows,
  axis: number,
  size: number,
  outputs: number,
): number[] => {
  const [window, stride, low] = [windows.sizes, windows.strides, windows.low].map(
    (x) => x[axis],
  ) as [number, number, number]
  return Array.from({ length: outputs }, (_, o) => {
    if (stride === 0)
      return Math.ceil(((o + 1) * size) / outputs) - Math.floor((o * size) / outputs)
    const start = o * stride - low
    return Math.min(start + window, size) - Math.max(start, 0)
  })
}

/** The mean of each window: padding does not count. */
const average = (x: Tensor, windows: ops.PoolWindows): Tensor => {
  const sums = ops.sumPool(x, windows)
  const spatial = spatialOf(sums.shape)
  const each = spatialOf(x.shape)
    .map((size, axis) => counts(windows, axis, size, spatial[axis] as number))
    .reduce((all, axis) => all.flatMap((a) => axis.map((b) => a * b)))
  if (new Set(each).size === 1) return ops.mul(sums, 1 / (each[0] as number))
  const shares = Float32Array.from(each, (count) => 1 / count)
  return ops.mul(sums, x.graph.constant(shares, [...spatial, 1]))
}

/** x: [B, ...spatial, C] → [B, ...spatial', C]: the largest of each window. */
export const maxPool = (x: Tensor, options: PoolOptions): Tensor =>
  ops.maxPool(x, poolWindows(x, options))

/** x: [B, ...spatial, C] → [B, ...spatial', C]: the mean of each window, without the padding. */
export const averagePool = (x: Tensor, options: PoolOptions): Tensor =>
  average(x, poolWindows(x, options))

/** x: [B, ...spatial, C] → [B, ...sizes, C]: windows ⌊o·n/sizes⌋ to ⌈(o + 1)·n/sizes⌉. */
export const adaptiveMaxPool = (x: Tensor, sizes: Shape): Tensor =>
  ops.maxPool(x, evenWindows(sizes))

export const adaptiveAveragePool = (x: Tensor, sizes: Shape): Tensor =>
  average(x, evenWindows(sizes))

/** x: [B, ...spatial, C] → [B, C], or [B, 1, …, C] with `keepdims`. */
export const globalMaxPool = (x: Tensor, keepdims: boolean): Tensor => {
  const [batch, channels] = [x.shape[0] as number, x.shape.at(-1) as number]
  const flat = ops.reshape(x, [batch, sizeOf(spatialOf(x.shape)), channels])
  const most = ops.max(flat, 1)
  return keepdims ? ops.reshape(most, [batch, ...spatialOf(x.shape).map(() => 1), channels]) : most
}
