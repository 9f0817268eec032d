// Initializers that fill a variable with one number.

import { finite } from '../checks.ts'
import type { Initializer } from './initializer.ts'

const filled = (type: string, value: number, config: { value?: number }): Initializer => ({
  type,
  initialize: (shape, draw) => draw.graph.fill(value, shape),
  config: () => config,
})

/** All 0. */
export const zeros = (): Initializer => filled('zeros', 0, {})

/** All 1. */
export const ones = (): Initializer => filled('ones', 1, {})

export interface ConstantOptions {
  /** The number. Default 0. */
  value?: number
}

/** All `value`. */
export const constant = ({ value = 0 }: ConstantOptions = {}): Initializer =>
  filled('constant', finite('constant', 'value', value), { value })
