// A learning rate that changes at given steps.

import { badArgument, notNegative, whole } from '../checks.ts'
import { GradloomError } from '../errors.ts'
import type { Schedule } from './schedule.ts'

export interface PiecewiseConstantDecayOptions {
  /** Last steps of the pieces, ascending; the last piece has no end. */
  boundaries: readonly number[]
  /** Learning rate of each piece: one more than there are boundaries. */
  values: readonly number[]
}

const type = 'piecewiseConstantDecay'

const checked = ({ boundaries, values }: PiecewiseConstantDecayOptions): void => {
  if (!Array.isArray(boundaries)) throw badArgument(type, 'boundaries', boundaries, 'an array')
  if (!Array.isArray(values)) throw badArgument(type, 'values', values, 'an array')
  boundaries.forEach((b, i) => {
    whole(type, `boundaries[${i}]`, b)
    if (i > 0 && b <= boundaries[i - 1]) {
      throw badArgument(type, 'boundaries', boundaries, 'ascending')
    }
  })
  values.forEach((v, i) => {
    notNegative(type, `values[${i}]`, v)
  })
  if (values.length === boundaries.length + 1) return
  throw new GradloomError(
    'argument',
    `${type}: ${boundaries.length} boundaries need ${boundaries.length + 1} values, ` +
      `but there are ${values.length}.`,
    { subject: type },
  )
}

/** values[0] up to step boundaries[0], then values[1] up to boundaries[1], … */
export const piecewiseConstantDecay = (options: PiecewiseConstantDecayOptions): Schedule => {
  checked(options)
  const boundaries = [...options.boundaries]
  const values = [...options.values]
  return {
    type,
    at: (step) => values[boundaries.filter((boundary) => step > boundary).length] as number,
    config: () => ({ boundaries, values }),
  }
}
