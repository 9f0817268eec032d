// Tensors of known numbers. They need a graph to be in: that of any tensor, `x.graph`.

import type { Graph } from '../graph.ts'
import * as ops from '../ops.ts'
import { type Dtype, type Shape, showShape, sizeOf } from '../shape.ts'
import { axisOf, shapeError, type Tensor } from './axes.ts'
import { moveaxis } from './shape.ts'

/** A tensor filled with one number. */
export const full = (
  graph: Graph,
  shape: Shape,
  value: number,
  dtype: Dtype = 'float32',
): Tensor =>
  dtype === 'float32'
    ? graph.fill(value, shape)
    : ops.broadcastTo(graph.constant(Int32Array.of(value), []), shape)

export const zeros = (graph: Graph, shape: Shape, dtype?: Dtype): Tensor =>
  full(graph, shape, 0, dtype)
export const ones = (graph: Graph, shape: Shape, dtype?: Dtype): Tensor =>
  full(graph, shape, 1, dtype)
export const fullLike = (x: Tensor, value: number, dtype: Dtype = x.dtype): Tensor =>
  full(x.graph, x.shape, value, dtype)
export const zerosLike = (x: Tensor, dtype?: Dtype): Tensor => fullLike(x, 0, dtype)
export const onesLike = (x: Tensor, dtype?: Dtype): Tensor => fullLike(x, 1, dtype)

/** The numbers as a tensor; [n] unless a shape is given. */
export const constant = (
  graph: Graph,
  numbers: Iterable<number>,
  shape?: Shape,
  dtype: Dtype = 'float32',
): Tensor => {
  const data = (dtype === 'int32' ? Int32Array : Float32Array).from(numbers)
  return graph.constant(data, shape ?? [data.length])
}

/** start, start + step, … before stop. i32 where start and step are whole. */
export const arange = (
  graph: Graph,
  start: number,
  stop?: number,
  step = 1,
  dtype?: Dtype,
): Tensor => {
  const [from, to] = stop === undefined ? [0, start] : [start, stop]
  const length = Math.max(0, Math.ceil((to - from) / step))
  const numbers = Array.from({ length }, (_, i) => from + i * step)
  const whole = Number.isInteger(from) && Number.isInteger(step)
  return constant(graph, numbers, [length], dtype ?? (whole ? 'int32' : 'float32'))
}

/** `count` numbers from start to stop, both included unless `endpoint` is false: f32 [count] */
export const linspace = (
  graph: Graph,
  start: number,
  stop: number,
  count = 50,
  endpoint = true,
): Tensor => {
  const step = (stop - start) / Math.max(1, endpoint ? count - 1 : count)
  const number = (_: unknown, i: number) =>
    endpoint && i === count - 1 && i > 0 ? stop : start + i * step
  return constant(graph, Array.from({ length: count }, number))
}

/** base^linspace(start, stop) */
export const logspace = (
  graph: Graph,
  start: number,
  stop: number,
  count = 50,
  endpoint = true,
  base = 10,
): Tensor => ops.exp(ops.mul(linspace(graph, start, stop, count, endpoint), Math.log(base)))

const matrix = (
  graph: Graph,
  rows: number,
  cols: number,
  value: (i: number, j: number) => boolean,
  dtype?: Dtype,
): Tensor =>
  constant(
    graph,
    Array.from({ length: rows * cols }, (_, at) => Number(value(Math.floor(at / cols), at % cols))),
    [rows, cols],
    dtype,
  )

/** 1 on diagonal k, else 0: [rows, cols] */
export const eye = (graph: Graph, rows: number, cols = rows, k = 0, dtype?: Dtype): Tensor =>
  matrix(graph, rows, cols, (i, j) => j - i === k, dtype)
export const identity = (graph: Graph, n: number, dtype?: Dtype): Tensor =>
  eye(graph, n, n, 0, dtype)
/** 1 on and below diagonal k, else 0: [rows, cols] */
export const tri = (graph: Graph, rows: number, cols = rows, k = 0, dtype?: Dtype): Tensor =>
  matrix(graph, rows, cols, (i, j) => j - i <= k, dtype)

const masked = (op: string, x: Tensor, k: number, keep: (n: Tensor) => [Tensor, Tensor]) => {
  const [rows, cols] = x.shape.slice(-2)
  if (rows === undefined || cols === undefined) {
    throw shapeError(op, `takes matrices, not shape ${showShape(x.shape)}`)
  }
  return ops.where(tri(x.graph, rows, cols, k), ...keep(zerosLike(x)))
}

/** x: [..., M, N], zero above diagonal k. */
export const tril = (x: Tensor, k = 0): Tensor => masked('tril', x, k, (zero) => [x, zero])
/** x: [..., M, N], zero below diagonal k. */
export const triu = (x: Tensor, k = 0): Tensor => masked('triu', x, k - 1, (zero) => [zero, x])

/** Diagonal k of the matrices in two axes: the other axes, then [n]. */
export const diagonal = (x: Tensor, k = 0, axis1 = 0, axis2 = 1): Tensor => {
  if (x.shape.length < 2) throw shapeError('diagonal', `${showShape(x.shape)} has not two axes`)
  const axes = [axisOf('diagonal', x.shape, axis1), axisOf('diagonal', x.shape, axis2)]
  const y = moveaxis(x, axes, [-2, -1])
  const lead = y.shape.slice(0, -2)
  const [rows, cols] = y.shape.slice(-2) as [number, number]
  const count = Math.max(0, Math.min(rows + Math.min(k, 0), cols - Math.max(k, 0)))
  const start = count && (k < 0 ? -k * cols : k)
  const zero = lead.map(() => 0)
  const one = lead.map(() => 1)
  const flat = ops.reshape(y, [...lead, rows * cols])
  return ops.slice(flat, [...zero, start], [...lead, count], [...one, cols + 1])
}

/** x: [n] on diagonal k of zeros, [n + |k|, n + |k|]; of a matrix, its diagonal k. */
export const diag = (x: Tensor, k = 0): Tensor => {
  if (x.shape.length !== 1) return diagonal(x, k)
  const n = sizeOf(x.shape) + Math.abs(k)
  const start = k < 0 ? -k * n : k
  return ops.reshape(ops.place(x, [n * n], [x.shape[0] ? start : 0], [n + 1], 0), [n, n])
}

/** 1 at each index, else 0, along a new `axis`; −1 and other missing indices are all 0. */
export const oneHot = (x: Tensor, classes: number, axis = -1, dtype: Dtype = 'float32'): Tensor => {
  const hot = moveaxis(ops.oneHot(x, classes), -1, axis)
  return dtype === 'int32' ? ops.castI32(hot) : hot
}

/** x: i32 [..., n] → 1 for every class that is named, else 0: [..., classes] */
export const multiHot = (x: Tensor, classes: number): Tensor => ops.max(ops.oneHot(x, classes), -2)
