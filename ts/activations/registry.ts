// Activations by name: the literal union, the lookup, and the way back to a name for saved files.

import { named } from '../checks.ts'
import { GradloomError } from '../errors.ts'
import { choose } from '../names.ts'
import type { ActivationFunction } from './activations.ts'
import * as activations from './activations.ts'

/** All but `glu`, whose result has another shape than a layer expects. */
const { glu: _, ...known } = activations

/** `'relu'`, `'softmax'` … */
export type ActivationName = keyof typeof known

/** A name, or a function of a tensor. */
export type ActivationSpec = ActivationName | ActivationFunction

const table: Readonly<Record<ActivationName, ActivationFunction>> = known

/** All names, in alphabetical order. */
export const activationNames = Object.keys(table) as readonly ActivationName[]

/** The function that a name stands for, with Keras's defaults; `linear` for nothing. */
export const activationOf = (
  spec: ActivationSpec | null | undefined,
  subject?: string,
  option = 'activation',
): ActivationFunction => {
  if (typeof spec === 'function') return spec
  const find = () => choose('activation', spec ?? 'linear', table)
  return subject === undefined ? find() : named(subject, option, find)
}

/** The name for a saved file; a function that has none cannot be saved. */
export const activationName = (spec: ActivationSpec, subject: string): ActivationName => {
  if (typeof spec === 'string') return spec
  const found = activationNames.find((name) => table[name] === spec)
  if (found) return found
  throw new GradloomError(
    'unsupported',
    `${subject}: an activation that is a function of your own cannot be saved; ` +
      'use a name, or make it a layer and register that.',
    { subject },
  )
}
