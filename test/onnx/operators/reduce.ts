// ONNX operators that reduce, accumulate or sort along axes.

import * as ops from '../../../ts/composites/index.ts'
import type { SymbolicTensor as Tensor } from '../../../ts/graph.ts'
import type { Call, Operator } from '../call.ts'

type Reduce = (x: Tensor, axes: readonly number[], keepdims: boolean) => Tensor

/** Without axes all are reduced, or, if so asked, none. */
const reduction =
  (reduce: Reduce, each: (x: Tensor) => Tensor = (x) => x): Operator =>
  (call) => {
    const given = call.axes(1) ?? []
    const every = given.length === 0 && !call.int('noop_with_empty_axes')
    const axes = every ? call.x().shape.map((_, i) => i) : given
    return reduce(each(call.x()), axes, call.int('keepdims', 1) === 1)
  }

/** Of no elements, ONNX gives the least number of the dtype. */
const extreme =
  (find: typeof ops.max, initial: number): Operator =>
  (call) => {
    const none = call.x().shape.includes(0)
    const least = call.type(0) === 'bool' ? Number(initial > 0) : initial
    return reduction((x, axes, keepdims) => find(x, axes, keepdims, none ? least : undefined))(call)
  }

const most =
  (find: (x: Tensor, axis?: number, keepdims?: boolean) => Tensor): Operator =>
  (call) => {
    const [x, axis, keepdims] = [call.x(), call.int('axis'), call.int('keepdims', 1) === 1]
    if (!call.int('select_last_index')) return find(x, axis, keepdims)
    const size = x.shape.at(axis) as number
    return ops.subtract(size - 1, find(ops.flip(x, axis), axis, keepdims))
  }

/** Sums or products up to each element, or of those before it, from either end. */
const running =
  (accumulate: (x: Tensor, axis: number) => Tensor, neutral: number): Operator =>
  (call) => {
    const axis = (call.numbers(1) as number[])[0] as number
    const at = axis < 0 ? axis + call.x().shape.length : axis
    const turned = (x: Tensor) => (call.int('reverse') ? ops.flip(x, at) : x)
    const y = accumulate(turned(call.x()), at)
    if (!call.int('exclusive')) return turned(y)
    const pads = y.shape.map((_, i): [number, number] => [i === at ? 1 : 0, 0])
    const size = y.shape.map((d) => d)
    return turned(
      ops.slice(
        ops.pad(y, pads, 'constant', neutral),
        size.map(() => 0),
        size,
      ),
    )
  }

const topK = (call: Call): readonly Tensor[] => {
  const k = (call.numbers(1) as number[])[0] as number
  const axis = call.int('axis', -1)
  const last = ops.moveaxis(call.x(), axis, -1)
  const sorted = ops.argsort(last, -1, call.int('largest', 1) === 1)
  const rank = last.shape.length
  const indices = ops.slice(sorted, [], [...last.shape.slice(0, rank - 1), k])
  return [ops.takeAlongAxis(last, indices), indices].map((y) => ops.moveaxis(y, -1, axis))
}

const hardmax: Operator = (call) => {
  const axis = call.int('axis', -1)
  return ops.oneHot(ops.argmax(call.x(), axis), call.x().shape.at(axis) as number, axis)
}

export const reductions: Readonly<Record<string, Operator>> = {
  ArgMax: most(ops.argmax),
  ArgMin: most(ops.argmin),
  CumProd: running(ops.cumprod, 1),
  CumSum: running(ops.cumsum, 0),
  Hardmax: hardmax,
  ReduceL1: reduction(ops.sum, ops.absolute),
  ReduceL2: reduction((x, axes, keepdims) => ops.norm(x, 2, axes, keepdims)),
  ReduceLogSum: reduction((x, axes, keepdims) => ops.log(ops.sum(x, axes, keepdims))),
  ReduceLogSumExp: reduction(ops.logsumexp),
  ReduceMax: extreme(ops.max, -Infinity),
  ReduceMean: reduction(ops.mean),
  ReduceMin: extreme(ops.min, Infinity),
  ReduceProd: reduction(ops.prod),
  ReduceSum: reduction(ops.sum),
  ReduceSumSquare: reduction(ops.sum, ops.square),
  TopK: topK,
}
