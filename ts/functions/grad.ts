// Gradients of plain functions: `grad`, `valueAndGrad`, `jit`, and rules of one's own. Within such
// a function they can be used again, so gradients have gradients.

import { badArgument } from '../checks.ts'
import { GradloomError } from '../errors.ts'
import type { SymbolicTensor } from '../graph.ts'
import { sameShape, showShape } from '../shape.ts'
import type { Tensor } from '../tensor.ts'
import { traced } from './traced.ts'
import { type Given, leavesOf, type Mapped, rebuilt } from './tree.ts'

/** A function that describes when it is given symbolic tensors, and computes on numbers. */
export interface Computed<Args extends unknown[], Result> {
  (...args: Args): Result
  (...args: { [K in keyof Args]: Mapped<Args[K], Given> }): Promise<Mapped<Result, Tensor>>
}

/** A function of trees of symbolic tensors that gives one number. */
export type ScalarFunction<Args extends unknown[]> = (...args: Args) => SymbolicTensor

/**
 * The function, computed in the workers: `await jit((a, b) => ops.add(a, b))(tensorA, tensorB)`.
 * Arguments and result are trees of tensors: arrays and objects, nested at will. It is described
 * once for each shape of the arguments.
 */
export const jit = <Args extends unknown[], Result>(
  body: (...args: Args) => Result,
): Computed<Args, Result> => traced('jit', body) as never

const gradients = <Args extends unknown[]>(subject: string, body: ScalarFunction<Args>) => {
  if (typeof body !== 'function') throw badArgument(subject, 'its argument', body, 'a function')
  return (...args: Args) => {
    const value = body(...args)
    if (!Array.isArray(value?.shape) || value.shape.length > 0) {
      const given = Array.isArray(value?.shape) ? showShape(value.shape) : String(value)
      const message = `${subject}: the function must give one number, [], not ${given}; use a mean.`
      throw new GradloomError('shape', message)
    }
    const [first] = args
    const leaves = leavesOf(subject, first) as SymbolicTensor[]
    return [value, rebuilt(first, value.graph.gradients(value, leaves))] as const
  }
}

/**
 * Value and gradient of a function that gives one number, with respect to its first argument, a
 * tree of f32 tensors: `const [loss, grads] = await valueAndGrad(lossOf)(weights, x, y)`.
 */
export const valueAndGrad = <Args extends unknown[]>(
  body: ScalarFunction<Args>,
): Computed<Args, readonly [SymbolicTensor, Args[0]]> =>
  traced('valueAndGrad', gradients('valueAndGrad', body)) as never

/** The gradient alone: a tree like the first argument. */
export const grad = <Args extends unknown[]>(
  body: ScalarFunction<Args>,
): Computed<Args, Args[0]> => {
  const both = gradients('grad', body)
  return traced('grad', (...args: Args) => both(...args)[1]) as never
}

/** A value, and what it makes of its gradient. */
export interface OwnGradient {
  readonly value: SymbolicTensor
  /** dy, in the shape of the value → the gradient of each argument, in their order */
  gradient(dy: SymbolicTensor): SymbolicTensor | readonly SymbolicTensor[]
}

/**
 * A function with a gradient rule of its own:
 * `customGradient((x) => ({ value: ops.floor(x), gradient: (dy) => dy }))` rounds, and lets
 * gradients through. For use within models and functions.
 */
export const customGradient =
  <Args extends SymbolicTensor[]>(body: (...xs: Args) => OwnGradient) =>
  (...xs: Args): SymbolicTensor => {
    const { value, gradient } = body(...xs)
    return value.graph.withGradient(value, xs, (dy) => {
      const given = gradient(dy)
      const grads = (Array.isArray(given) ? given : [given]) as SymbolicTensor[]
      const fits =
        grads.length === xs.length && grads.every((g, i) => sameShape(g.shape, xs[i]?.shape ?? []))
      if (fits) return grads
      throw new GradloomError(
        'shape',
        `customGradient: expects gradients of shapes ${xs.map(({ shape }) => showShape(shape))}, ` +
          `was given ${grads.map(({ shape }) => showShape(shape))}.`,
      )
    })
  }
