// What a model with several inputs or outputs is given and gives back: one for each, as an array
// or by name.

import { isByName, isList, type Several } from '../data/several.ts'
import { GradloomError } from '../errors.ts'
import { unknownName } from '../names.ts'
import type { TensorLike } from '../tensor.ts'
import type { Form } from './network.ts'

/** Data for a model with any number of inputs or outputs. */
export type Inputs = Several<TensorLike>

const wrong = (what: string, names: readonly string[], given: string): GradloomError =>
  new GradloomError(
    'argument',
    `${what}: expects one for each of ${names.join(', ')}, as an array or by name, was given ` +
      `${given}`,
    { subject: what },
  )

/** What is given for each of `names`; `undefined` where an object has none. */
export const byName = <T>(
  what: string,
  given: Several<T> | undefined,
  names: readonly string[],
  isOne: (x: unknown) => boolean = () => false,
): (T | undefined)[] => {
  if (isByName(given) && !isOne(given)) {
    const odd = Object.keys(given).find((name) => !names.includes(name))
    if (odd !== undefined) throw unknownName(`input or output for ${what}`, odd, names)
    return names.map((name) => given[name] as T | undefined)
  }
  if (names.length === 1) return [isList(given) && given.length === 1 ? given[0] : given] as T[]
  if (Array.isArray(given) && given.length === names.length) return [...given]
  throw wrong(what, names, Array.isArray(given) ? `${given.length}` : 'one')
}

/** Each of `values` where it was asked for. */
export const inForm = <T>(form: Form, values: readonly T[], names: readonly string[]): unknown => {
  if (form === 'one') return values[0]
  return form === 'list' ? values : Object.fromEntries(names.map((name, i) => [name, values[i]]))
}
