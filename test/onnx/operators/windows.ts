// ONNX's convolutions and poolings, which are channels first and name their zeros one by one, as
// uses of ours, which are channels last.

import * as activations from '../../../ts/activations/index.ts'
import * as ops from '../../../ts/composites/index.ts'
import type { SymbolicTensor as Tensor } from '../../../ts/graph.ts'
import * as core from '../../../ts/ops.ts'
import { type Call, type Operator, Unsupported } from '../call.ts'

export const channelsLast = (x: Tensor): Tensor => ops.moveaxis(x, 1, -1)
export const channelsFirst = (x: Tensor): Tensor => ops.moveaxis(x, -1, 1)

/** What an operator says of one spatial axis. */
interface Axis {
  readonly size: number
  readonly extent: number
  readonly stride: number
  readonly dilation: number
  readonly low: number
  readonly high: number
}

/** Zeros for as many windows as strides; the odd one comes after, or before (`SAME_LOWER`). */
const same = (size: number, extent: number, stride: number, lower: boolean) => {
  const total = Math.max((Math.ceil(size / stride) - 1) * stride + extent - size, 0)
  const low = lower ? Math.ceil(total / 2) : Math.floor(total / 2)
  return { low, high: total - low }
}

const axesOf = (call: Call, spatial: readonly number[], taps: readonly number[]): Axis[] => {
  const auto = call.string('auto_pad', 'NOTSET')
  return spatial.map((size, i) => {
    const stride = call.ints('strides')?.[i] ?? 1
    const dilation = call.ints('dilations')?.[i] ?? 1
    const extent = ((taps[i] as number) - 1) * dilation + 1
    const pads = call.ints('pads')
    const zeros = auto.startsWith('SAME')
      ? same(size, extent, stride, auto === 'SAME_LOWER')
      : { low: pads?.[i] ?? 0, high: pads?.[i + spatial.length] ?? 0 }
    return { size, extent, stride, dilation, ...zeros }
  })
}

const convWindows = (axes: readonly Axis[], groups: number): core.ConvWindows => ({
  strides: axes.map(({ stride }) => stride),
  dilations: axes.map(({ dilation }) => dilation),
  low: axes.map(({ low }) => low),
  high: axes.map(({ high }) => high),
  groups,
})

/** [N, C / groups, ...taps] → [...taps, C / groups, N] */
const kernelOf = (w: Tensor): Tensor => ops.moveaxis(w, [1, 0], [-2, -1])

const withBias = (y: Tensor, bias: Tensor | undefined): Tensor =>
  channelsFirst(bias ? ops.add(y, bias) : y)

/** x: [B, C, ...spatial], w: [N, C / groups, ...taps] → [B, N, ...spatial'] */
export const convolved = (call: Call, x: Tensor, w: Tensor): Tensor => {
  const axes = axesOf(call, x.shape.slice(2), w.shape.slice(2))
  const windows = convWindows(axes, call.int('group', 1))
  return channelsFirst(core.conv(channelsLast(x), kernelOf(w), windows))
}

const conv: Operator = (call) => {
  const y = convolved(call, call.x(0), call.x(1))
  const bias = call.maybe(2)
  return bias ? ops.add(y, ops.reshape(bias, [-1, ...y.shape.slice(2).map(() => 1)])) : y
}

/** Of whole numbers less their zero points, exact in f32 up to 2²⁴. */
const convInteger: Operator = (call) => {
  const zeros = call.maybe(3)
  const ofKernel = zeros?.shape.length
    ? ops.reshape(zeros, [
        -1,
        ...call
          .x(1)
          .shape.slice(1)
          .map(() => 1),
      ])
    : (zeros ?? 0)
  const x = ops.cast(ops.subtract(call.x(0), call.maybe(2) ?? 0), 'float32')
  const w = ops.cast(ops.subtract(call.x(1), ofKernel), 'float32')
  return ops.cast(convolved(call, x, w), 'int32')
}

/** x: [B, C, T], w: [C, 1, K] → each channel's own convolution with the past, and the new past. */
const causalConv = (call: Call): readonly Tensor[] => {
  const [x, w] = [call.x(0), call.x(1)]
  const [b, c] = x.shape as [number, number]
  const taps = w.shape[2] as number
  const past = call.maybe(3) ?? ops.zeros(call.graph, [b, c, taps - 1])
  const whole = ops.concatenate([past, x], 2)
  const y = ops.depthwiseConv(channelsLast(whole), ops.transpose(w, [2, 0, 1]), {
    strides: [1],
    dilationRate: [1],
    padding: 'valid',
  })
  const biased = withBias(y, call.maybe(2))
  const steps = whole.shape[2] as number
  const state = ops.slice(whole, [0, 0, steps - taps + 1], [b, c, taps - 1])
  return [call.has('activation') ? activations.silu(biased) : biased, state]
}

/** Sizes of the result, and the zeros that the convolution which it reverses had. */
const transposedAxes = (call: Call, axes: readonly Axis[]) =>
  axes.map((axis, i) => {
    const { size, stride, extent } = axis
    const auto = call.string('auto_pad', 'NOTSET')
    const full = (size - 1) * stride + extent + (call.ints('output_padding')?.[i] ?? 0)
    const wanted = auto.startsWith('SAME') ? size * stride : call.ints('output_shape')?.[i]
    if (wanted === undefined) return { ...axis, size: full - axis.low - axis.high }
    const total = Math.max(full - wanted, 0)
    const low = auto === 'SAME_UPPER' ? Math.floor(total / 2) : Math.ceil(total / 2)
    return { ...axis, size: wanted, low, high: total - low }
  })

const convTranspose: Operator = (call) => {
  const [x, w] = [call.x(0), call.x(1)]
  const axes = transposedAxes(call, axesOf(call, x.shape.slice(2), w.shape.slice(2)))
  const windows = convWindows(axes, call.int('group', 1))
  const sizes = axes.map(({ size }) => size)
  return withBias(core.convTranspose(channelsLast(x), kernelOf(w), windows, sizes), call.maybe(2))
}

/** Windows that begin inside, also those that reach out behind when `ceil_mode` asks for them. */
const ceiled = (axis: Axis): Axis => {
  const { size, extent, stride, low, high } = axis
  const last = Math.ceil((size + low + high - extent) / stride)
  const windows = last * stride >= size + low ? last : last + 1
  return { ...axis, high: Math.max((windows - 1) * stride + extent - size - low, 0) }
}

const poolAxes = (call: Call): { plain: Axis[]; axes: Axis[] } => {
  const spatial = call.x().shape.slice(2)
  const plain = axesOf(call, spatial, call.ints('kernel_shape') as number[])
  if (plain.some(({ dilation }) => dilation !== 1)) {
    throw new Unsupported('poolings have no dilation, as in Keras')
  }
  return { plain, axes: call.int('ceil_mode') ? plain.map(ceiled) : plain }
}

const poolWindows = (axes: readonly Axis[]): core.PoolWindows => ({
  sizes: axes.map(({ extent }) => extent),
  strides: axes.map(({ stride }) => stride),
  low: axes.map(({ low }) => low),
  high: axes.map(({ high }) => high),
})

const maxPool: Operator = (call) => {
  if (call.outputs > 1) throw new Unsupported('`maxPool` gives no places, as in Keras')
  const { axes } = poolAxes(call)
  const x = ops.cast(call.x(), 'float32')
  return ops.cast(channelsFirst(core.maxPool(channelsLast(x), poolWindows(axes))), call.x().dtype)
}

/** Sums over windows divided by the elements in each, with those of the padding if asked. */
const averagePool: Operator = (call) => {
  const { plain, axes } = poolAxes(call)
  const ones = call.graph.fill(1, [1, ...call.x().shape.slice(2), 1])
  const pads = plain.map(({ low, high }): [number, number] => [low, high])
  const counted = call.int('count_include_pad')
    ? core.sumPool(
        ops.pad(ones, [[0, 0], ...pads, [0, 0]], 'constant', 1),
        poolWindows(
          axes.map((axis, i) => ({
            ...axis,
            low: 0,
            high: Math.max(axis.high - (plain[i] as Axis).high, 0),
          })),
        ),
      )
    : core.sumPool(ones, poolWindows(axes))
  return channelsFirst(ops.divide(core.sumPool(channelsLast(call.x()), poolWindows(axes)), counted))
}

/** (Σ |x|ᵖ)^(1/p) */
const lpPool: Operator = (call) => {
  const p = call.int('p', 2)
  const powers = ops.power(ops.absolute(channelsLast(call.x())), p)
  return channelsFirst(ops.power(core.sumPool(powers, poolWindows(poolAxes(call).axes)), 1 / p))
}

const spatialAxes = (x: Tensor): number[] => x.shape.map((_, i) => i).slice(2)

export const windowed: Readonly<Record<string, Operator>> = {
  AveragePool: averagePool,
  CausalConvWithState: causalConv,
  Conv: conv,
  ConvInteger: convInteger,
  ConvTranspose: convTranspose,
  GlobalAveragePool: (call) => ops.mean(call.x(), spatialAxes(call.x()), true),
  GlobalMaxPool: (call) => ops.max(call.x(), spatialAxes(call.x()), true),
  LpPool: lpPool,
  MaxPool: maxPool,
}
