// ONNX's Fourier transform, whose complex numbers are pairs along the last axis.

import * as ops from '../../../ts/composites/index.ts'
import type { SymbolicTensor as Tensor } from '../../../ts/graph.ts'
import { type Call, type Operator, Unsupported } from '../call.ts'

/** [..., 1 or 2] → real and imaginary part, the transform's axis last. */
const partsOf = (x: Tensor, axis: number): [re: Tensor, im: Tensor] => {
  const part = (i: number) => ops.moveaxis(ops.getItem(x, ['...', i]), axis, -1)
  const re = part(0)
  return [re, x.shape.at(-1) === 2 ? part(1) : ops.zerosLike(re)]
}

const inverse = ([re, im]: readonly [Tensor, Tensor]): [Tensor, Tensor] => {
  const [a, b] = ops.fft([re, ops.negative(im)])
  const n = re.shape.at(-1) as number
  return [ops.divide(a, n), ops.divide(b, -n)]
}

const dft = (call: Call): Tensor => {
  const x = call.x()
  if (call.maybe(1)) throw new Unsupported('transforms take no other length than that of the axis')
  const given = call.opset < 20 ? call.int('axis', 1) : (call.numbers(2)?.[0] ?? -2)
  const axis = given < 0 ? given + x.shape.length : given
  const parts = partsOf(x, axis)
  const oneSided = call.int('onesided') === 1
  const back = (results: readonly Tensor[]) =>
    ops.stack(
      results.map((part) => ops.moveaxis(part, -1, axis)),
      -1,
    )
  if (call.int('inverse') === 1) return back(oneSided ? [ops.irfft(parts)] : inverse(parts))
  return back(oneSided ? ops.rfft(parts[0]) : ops.fft(parts))
}

export const transforms: Readonly<Record<string, Operator>> = { DFT: dft }
