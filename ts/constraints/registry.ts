// Constraints by name: the literal union, the lookup, and the JSON form.

import type { SymbolicTensor } from '../graph.ts'
import { type Choice, chosen, chosenConfig } from '../saved.ts'
import type { Constraint } from './constraint.ts'
import * as factories from './index.ts'

/** `'maxNorm'` … */
export type ConstraintName = keyof typeof factories

/** A name, a constraint, its JSON form, a function of the weight, or `null` for none. */
export type ConstraintSpec = Choice<ConstraintName, Constraint> | ConstraintFunction | null

type ConstraintFunction = (w: SymbolicTensor) => SymbolicTensor

/** The constraint that an option stands for. */
export const constraintOf = (spec: ConstraintSpec | undefined): Constraint | undefined =>
  chosen<Constraint>('constraint', factories, spec)

/** The JSON form; `null` for none. */
export const constraintConfig = (spec: ConstraintSpec | undefined) => chosenConfig(spec)
