// Picks rows of the first axis.

import { type Dtype, type Elements, sizeOf } from '../shape.ts'
import { Tensor } from '../tensor.ts'

/** x: [N, ...], indices: [M] → a copy [M, ...]; the indices must be valid. */
export const takeRows = <D extends Dtype>(x: Tensor<D>, indices: ArrayLike<number>): Tensor<D> => {
  const rest = x.shape.slice(1)
  const row = sizeOf(rest)
  const from = x.elements
  const to = new (from.constructor as new (n: number) => Elements<D>)(indices.length * row)
  for (let i = 0; i < indices.length; i++) {
    const start = (indices[i] as number) * row
    to.set(from.subarray(start, start + row), i * row)
  }
  return new Tensor<D>(to, [indices.length, ...rest])
}
