// Regularizers by name: the literal union, the lookup, and the JSON form.

import type { SymbolicTensor } from '../graph.ts'
import { type Choice, chosen, chosenConfig } from '../saved.ts'
import * as factories from './index.ts'
import type { Regularizer } from './regularizer.ts'

/** `'l2'` … */
export type RegularizerName = keyof typeof factories

/** A name, a regularizer, its JSON form, a function of the weight, or `null` for none. */
export type RegularizerSpec = Choice<RegularizerName, Regularizer> | RegularizerFunction | null

type RegularizerFunction = (w: SymbolicTensor) => SymbolicTensor

/** The regularizer that an option stands for. */
export const regularizerOf = (spec: RegularizerSpec | undefined): Regularizer | undefined =>
  chosen<Regularizer>('regularizer', factories, spec)

/** The JSON form; `null` for none. */
export const regularizerConfig = (spec: RegularizerSpec | undefined) => chosenConfig(spec)
