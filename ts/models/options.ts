// Checks of option objects: a misspelt option is an error, not a default.

import { GradloomError } from '../errors.ts'
import { unknownName } from '../names.ts'

/** Every option of `given` must be among `known`. */
export const checkOptions = (what: string, given: object, known: readonly string[]): void => {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new GradloomError('argument', `${what}: the options must be an object, not ${given}.`)
  }
  for (const name of Object.keys(given)) {
    if (!known.includes(name)) throw unknownName(`option of ${what}`, name, known)
  }
}
