// ONNX operators that make, move or pick elements. Inputs that say shapes or places are read as
// constants: shapes are fixed in our graphs.

import * as ops from '../../../ts/composites/index.ts'
import type { SymbolicTensor as Tensor } from '../../../ts/graph.ts'
import { resizing } from '../../../ts/layers/index.ts'
import { sizeOf } from '../../../ts/shape.ts'
import { type Call, type Operator, plain, Unsupported } from '../call.ts'
import type { Constant } from '../cases.ts'

const numbers = (call: Call, i: number): number[] => call.numbers(i) as number[]

const whole = (call: Call, data: readonly number[], shape?: readonly number[]): Tensor =>
  ops.constant(call.graph, data, shape, 'int32')

const reshape: Operator = (call) => {
  const { shape } = call.x()
  const sizes = numbers(call, 1)
  const kept = call.int('allowzero') ? sizes : sizes.map((d, i) => d || (shape[i] as number))
  return ops.reshape(call.x(), kept)
}

const flatten: Operator = (call) => {
  const { shape } = call.x()
  const axis = call.int('axis', 1)
  const rows = sizeOf(shape.slice(0, axis < 0 ? axis + shape.length : axis))
  return ops.reshape(call.x(), [rows, sizeOf(shape) / rows])
}

const slice: Operator = (call) => {
  const x = call.x()
  const [starts, ends] = [numbers(call, 1), numbers(call, 2)]
  const axes = call.numbers(3) ?? starts.map((_, i) => i)
  const keys = x.shape.map((): [number | null, number?, number?] => [null])
  axes.forEach((axis, i) => {
    const at = axis < 0 ? axis + x.shape.length : axis
    keys[at] = [starts[i] as number, ends[i] as number, call.numbers(4)?.[i] ?? 1]
  })
  return ops.getItem(x, keys)
}

const split = (call: Call): readonly Tensor[] => {
  const axis = call.int('axis')
  const n = call.x().shape.at(axis) as number
  const each = Math.ceil(n / call.int('num_outputs', call.outputs))
  const parts = call.numbers(1) ?? Array.from({ length: call.outputs - 1 }, () => each)
  let end = 0
  const cuts = parts.slice(0, call.outputs - 1).map((size) => (end += size))
  return ops.split(call.x(), cuts, axis)
}

const pad: Operator = (call) => {
  const x = call.x()
  const given = numbers(call, 1)
  const axes = call.numbers(3) ?? x.shape.map((_, i) => i)
  const pairs = x.shape.map((): [number, number] => [0, 0])
  axes.forEach((axis, i) => {
    const at = axis < 0 ? axis + x.shape.length : axis
    pairs[at] = [given[i] as number, given[i + axes.length] as number]
  })
  const mode = call.string('mode', 'constant')
  return ops.pad(x, pairs, mode as 'edge', call.numbers(2)?.[0] ?? 0)
}

const centerCropPad: Operator = (call) => {
  const [x, sizes] = [call.x(), numbers(call, 1)]
  const axes = call.axes(2) ?? x.shape.map((_, i) => i)
  return axes.reduce((y, axis, i) => {
    const at = axis < 0 ? axis + x.shape.length : axis
    const [from, to] = [y.shape[at] as number, sizes[i] as number]
    const less = Math.floor(Math.abs(from - to) / 2)
    const place = (n: number) => y.shape.map((_, k) => (k === at ? n : 0))
    if (from >= to) return ops.slice(y, place(less), y.shape.with(at, to))
    return ops.sliceUpdate(ops.zeros(call.graph, y.shape.with(at, to), y.dtype), place(less), y)
  }, x)
}

/** x: [B, C·b², H, W] → [B, C, H·b, W·b] and back. */
const depthToSpace: Operator = (call) => {
  const [b, c, h, w] = call.x().shape as [number, number, number, number]
  const n = call.int('blocksize')
  const crd = call.string('mode', 'DCR') === 'CRD'
  const parts = crd ? [b, c / n / n, n, n, h, w] : [b, n, n, c / n / n, h, w]
  const order = crd ? [0, 1, 4, 2, 5, 3] : [0, 3, 4, 1, 5, 2]
  const y = ops.transpose(ops.reshape(call.x(), parts), order)
  return ops.reshape(y, [b, c / n / n, h * n, w * n])
}
const spaceToDepth: Operator = (call) => {
  const [b, c, h, w] = call.x().shape as [number, number, number, number]
  const n = call.int('blocksize')
  const crd = call.string('mode', 'DCR') === 'CRD'
  const parts = ops.reshape(call.x(), [b, c, h / n, n, w / n, n])
  const y = ops.transpose(parts, crd ? [0, 1, 3, 5, 2, 4] : [0, 3, 5, 1, 2, 4])
  return ops.reshape(y, [b, c * n * n, h / n, w / n])
}

/** Indices [..., k] of every element that `index` names along `axis`. */
const placesAlong = (index: Tensor, axis: number): Tensor => {
  const at = axis < 0 ? axis + index.shape.length : axis
  const grid = index.shape.map((d, i) => {
    if (i === at) return index
    const shape = index.shape.map((_, k) => (k === i ? d : 1))
    const count = ops.arange(index.graph, d)
    return ops.broadcastTo(ops.reshape(count, shape), index.shape)
  })
  return ops.stack(grid, -1)
}

const scattered = (call: Call, indices: Tensor): Tensor => {
  const [x, updates] = [call.x(0), call.x(2)]
  const how = call.string('reduction', 'none')
  if (how === 'none') return ops.scatterUpdate(x, indices, updates)
  if (how === 'add') return ops.scatterAdd(x, indices, updates)
  throw new Unsupported('`scatter` adds and replaces only, as in `keras.ops`')
}

const gatherNd: Operator = (call) => {
  if (!call.int('batch_dims')) return ops.gatherNd(call.x(0), call.x(1))
  const rows = ops.unstack(call.x(0)).map((x, i) => {
    const index = ops.unstack(call.x(1))[i] as Tensor
    return ops.gatherNd(x, index)
  })
  return ops.stack(rows)
}

const oneHot: Operator = (call) => {
  const depth = numbers(call, 1)[0] as number
  const [off, on] = numbers(call, 2) as [number, number]
  const index = ops.mod(ops.cast(call.x(0), 'int32'), depth)
  const known = ops.logicalAnd(ops.greaterEqual(call.x(0), -depth), ops.less(call.x(0), depth))
  const hot = ops.oneHot(ops.where(known, index, -1), depth, call.int('axis', -1))
  return ops.where(hot, on, off)
}

const eyeLike: Operator = (call) => {
  const [rows, cols] = call.x().shape as [number, number]
  return ops.eye(call.graph, rows, cols, call.int('k'))
}

const trilu: Operator = (call) => {
  const k = call.numbers(1)?.[0] ?? 0
  return call.int('upper', 1) ? ops.triu(call.x(), k) : ops.tril(call.x(), k)
}

/** Sizes are constants; what is asked of them is not computed by the core. */
const shapeOf: Operator = (call) => {
  const { shape } = call.x()
  const part = shape.slice(call.int('start'), call.int('end', shape.length))
  return whole(call, part, [part.length])
}

const constantOfShape: Operator = (call) => {
  const value = call.tensor('value')
  const dtype = value && value.dtype !== 'float32' ? 'int32' : 'float32'
  return ops.full(call.graph, numbers(call, 0), value?.data[0] ?? 0, dtype)
}

const constant: Operator = (call) => {
  const { data, shape } = call.tensor('value') as Constant
  return ops.constant(call.graph, data, shape)
}

const range: Operator = (call) => {
  const [from, to, step] = [0, 1, 2].map((i) => numbers(call, i)[0]) as [number, number, number]
  return ops.arange(call.graph, from, to, step, call.x().dtype)
}

/** The first steps of each sequence in reverse order. */
const reverseSequence: Operator = (call) => {
  const [time, batch] = [call.int('time_axis'), call.int('batch_axis', 1)]
  const x = ops.moveaxis(call.x(), [batch, time], [0, 1])
  const lengths = numbers(call, 1)
  const rows = ops.unstack(x).map((row, i) => {
    const n = lengths[i] as number
    const size = row.shape[0] as number
    const order = Array.from({ length: size }, (_, t) => (t < n ? n - 1 - t : t))
    return ops.take(row, whole(call, order), 0)
  })
  return ops.moveaxis(ops.stack(rows), [0, 1], [batch, time])
}

const interpolations = { nearest: 'nearest', linear: 'bilinear', cubic: 'bicubic' } as const

/** About the centres of pixels, whatever the scale: the sizes say all. */
const resize: Operator = (call) => {
  const { shape } = call.x()
  const mode = call.string('mode', 'nearest') as keyof typeof interpolations
  const cubic =
    mode === 'cubic' && !(call.int('exclude_outside') && call.float('cubic_coeff_a') === -0.5)
  const plain = ['half_pixel', ''].includes(call.string('coordinate_transformation_mode'))
  if (
    !plain ||
    cubic ||
    call.int('antialias') ||
    call.has('nearest_mode') ||
    call.has('keep_aspect_ratio_policy')
  ) {
    throw new Unsupported(
      '`layers.resizing` goes by the centres of pixels, without blur, with Keras’s cubic',
    )
  }
  const axes = call.ints('axes') ?? [0, 1, 2, 3]
  const sizes = [...shape]
  axes.forEach((axis, i) => {
    const scale = call.numbers(2)?.[i]
    const size = call.numbers(3)?.[i] ?? Math.floor((shape[axis] as number) * (scale as number))
    sizes[axis] = size
  })
  const [, , height, width] = sizes as [number, number, number, number]
  const layer = resizing({ height, width, interpolation: interpolations[mode] })
  return ops.moveaxis(layer.call(ops.moveaxis(call.x(), 1, -1)), -1, 1)
}

const upsample: Operator = (call) =>
  numbers(call, 1).reduce((x, by, axis) => ops.repeat(x, by, axis), call.x())

export const shapes: Readonly<Record<string, Operator>> = {
  CenterCropPad: centerCropPad,
  Concat: (call) => ops.concatenate(call.all(), call.int('axis')),
  Constant: constant,
  ConstantOfShape: constantOfShape,
  DepthToSpace: depthToSpace,
  Expand: (call) => {
    const shape = ops.broadcastShape('Expand', call.x().shape, numbers(call, 1))
    return ops.broadcastTo(call.x(), shape)
  },
  EyeLike: eyeLike,
  Flatten: flatten,
  Gather: (call) => ops.take(call.x(0), call.x(1), call.int('axis')),
  GatherElements: (call) => ops.gatherNd(call.x(0), placesAlong(call.x(1), call.int('axis'))),
  GatherND: gatherNd,
  OneHot: oneHot,
  Pad: pad,
  Range: range,
  Reshape: reshape,
  Resize: resize,
  ReverseSequence: reverseSequence,
  Scatter: (call) => scattered(call, placesAlong(call.x(1), call.int('axis'))),
  ScatterElements: (call) => scattered(call, placesAlong(call.x(1), call.int('axis'))),
  ScatterND: (call) => scattered(call, call.x(1)),
  Shape: shapeOf,
  Size: (call) => whole(call, [sizeOf(call.x().shape)], []),
  Slice: slice,
  SpaceToDepth: spaceToDepth,
  Split: split,
  Squeeze: (call) => ops.squeeze(call.x(), call.axes(1)),
  Tile: (call) => ops.tile(call.x(), numbers(call, 1)),
  Transpose: (call) => ops.transpose(call.x(), call.ints('perm')),
  Trilu: trilu,
  Unsqueeze: (call) => ops.expandDims(call.x(), call.axes(1) as number[]),
  Upsample: upsample,
  OptionalGetElement: plain((x: Tensor) => ops.reshape(x, x.shape)),
}
