// Options that no regularizer takes: each is a typed error that names the regularizer and the
// option.

import { describe, expect, it } from 'vitest'
import { NAME, NOT_NEGATIVE, refuse } from '../testing/arguments.ts'
import { refusal } from '../testing/refusal.ts'
import * as regularizers from './index.ts'

describe('options are refused', () => {
  refuse(regularizers, {
    l1: { wrong: { l1: NOT_NEGATIVE } },
    l1L2: { wrong: { l1: NOT_NEGATIVE, l2: NOT_NEGATIVE } },
    l2: { wrong: { l2: NOT_NEGATIVE } },
    orthogonalRegularizer: { wrong: { factor: NOT_NEGATIVE, mode: NAME } },
  })

  it.each([-1, Number.NaN])('l1(%s), l2(%s)', (factor) => {
    expect(() => regularizers.l1(factor)).toThrow(refusal('argument', 'l1: l1 must be'))
    expect(() => regularizers.l2(factor)).toThrow(refusal('argument', 'l2: l2 must be'))
  })
})
