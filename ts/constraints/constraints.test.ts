// Every constraint against Keras, and its JSON form.

import { describe, expect, it } from 'vitest'
import type { Config } from '../layers/layer.ts'
import { expectClose, type Recorded, reference } from '../testing/reference.ts'
import { evaluate } from '../testing/run.ts'
import * as constraints from './index.ts'
import { constraintConfig, constraintOf } from './registry.ts'

interface Bound {
  constraint: keyof typeof constraints
  config: Config
  result: Recorded
}

const recorded = reference<{ w: Recorded; constraints: Bound[] }>('penalties')
const { w } = recorded

const named = recorded.constraints.map((x) => [x.constraint, JSON.stringify(x.config), x] as const)

describe.each(named)('%s %s', (_, __, bound) => {
  const made = constraintOf({ type: bound.constraint, config: bound.config })

  it('is what Keras computes', () => {
    const { result } = evaluate({ w }, ({ w }) => ({ result: made?.call(w) as typeof w }))
    expectClose(result.data, bound.result.data, 1e-5)
  })

  it('comes back from its JSON form', () => {
    const form = JSON.parse(JSON.stringify(constraintConfig(made as never)))
    expect(constraintConfig(constraintOf(form) as never)).toEqual(form)
  })
})

describe('constraints', () => {
  it('are all recorded', () => {
    const names = recorded.constraints.map((x) => x.constraint)
    expect([...new Set(names)].sort()).toEqual(Object.keys(constraints).sort())
  })

  it('reject what makes no sense', () => {
    expect(() => constraints.maxNorm({ maxValue: -1 })).toThrow('maxNorm: maxValue must be')
    expect(() => constraints.unitNorm({ axis: 0.5 })).toThrow('unitNorm: axis must be a whole')
    expect(() => constraints.minMaxNorm({ minValue: 2 })).toThrow(
      'minMaxNorm: maxValue must be ≥ 2',
    )
  })
})
