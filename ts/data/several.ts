// What stands for several inputs or targets of a model: an array or an object of tensors. What a
// model expects of them is checked by the model.

import { asTensor, Tensor, type TensorLike } from '../tensor.ts'

/** One, or one for each input (target): in their order, or by their names. */
export type Several<T> = T | readonly T[] | Readonly<Record<string, T>>

/** An object of names, not a tensor, an array or a thing of its own kind. */
export const isByName = (x: unknown): x is Readonly<Record<string, unknown>> =>
  typeof x === 'object' && x !== null && Object.getPrototypeOf(x) === Object.prototype

/** Whether `x` is a list of tensors rather than the numbers of one. */
export const isList = (x: unknown): x is readonly TensorLike[] =>
  Array.isArray(x) && x.some((one) => one instanceof Tensor)

/** Numbers as tensors, in the form in which they are given. */
export const asTensors = (given: Several<TensorLike>): Several<Tensor> => {
  if (isList(given)) return given.map((x) => asTensor(x))
  if (!isByName(given)) return asTensor(given as TensorLike)
  return Object.fromEntries(
    Object.entries(given).map(([name, x]) => [name, asTensor(x as TensorLike)]),
  )
}

/** The same form with every tensor replaced. */
export const mapTensors = <X extends Several<Tensor>>(given: X, to: (x: Tensor) => Tensor): X => {
  if (given instanceof Tensor) return to(given) as X
  if (Array.isArray(given)) return (given as Tensor[]).map(to) as unknown as X
  const named = Object.entries(given as Record<string, Tensor>)
  return Object.fromEntries(named.map(([name, x]) => [name, to(x)])) as X
}

/** All tensors, with their names for messages: `x`, or `x.image`, `x.0` … */
export const tensorsIn = (what: string, given: Several<Tensor> | undefined): [string, Tensor][] => {
  if (given === undefined) return []
  if (given instanceof Tensor) return [[what, given]]
  return Object.entries(given).map(([name, x]) => [`${what}.${name}`, x])
}
