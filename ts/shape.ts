// Shapes and dtypes as the public API writes them. The rules of ops live in the core, not here.

/** Element types of tensors. */
export type Dtype = 'float32' | 'int32'

/** Sizes of the axes, row-major; `[]` is a scalar. */
export type Shape = readonly number[]

/** The shape of a batch: the first axis is `null` until the batch size is known. */
export type BatchShape = readonly (number | null)[]

/** Typed array that holds elements of a dtype. */
export type Elements<D extends Dtype = Dtype> = D extends 'float32' ? Float32Array : Int32Array

/** Number of elements. */
export const sizeOf = (shape: Shape): number => shape.reduce((n, d) => n * d, 1)

/** `[null, 3]` → `"[batch, 3]"`. */
export const showShape = (shape: BatchShape): string =>
  `[${shape.map((d) => d ?? 'batch').join(', ')}]`

/** Same rank, same sizes. */
export const sameShape = (a: BatchShape, b: BatchShape): boolean =>
  a.length === b.length && a.every((d, i) => d === b[i])
