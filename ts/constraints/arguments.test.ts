// Options that no constraint takes: each is a typed error that names the constraint and the option.

import { describe } from 'vitest'
import { FRACTION, INTEGER, NOT_NEGATIVE, NUMBER, refuse } from '../testing/arguments.ts'
import * as constraints from './index.ts'

const axis = [...INTEGER, ['1'], [0.5]]

describe('options are refused', () => {
  refuse(constraints, {
    maxNorm: { wrong: { axis, maxValue: NOT_NEGATIVE } },
    minMaxNorm: {
      wrong: { axis, minValue: NOT_NEGATIVE, maxValue: [-1, ...NUMBER], rate: FRACTION },
    },
    nonNeg: { wrong: {} },
    unitNorm: { wrong: { axis } },
  })
})
