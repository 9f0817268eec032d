// Every regularizer against Keras, and its JSON form.

import { describe, expect, it } from 'vitest'
import type { Config } from '../layers/layer.ts'
import { expectClose, expectEachClose, type Recorded, reference } from '../testing/reference.ts'
import { evaluate } from '../testing/run.ts'
import * as regularizers from './index.ts'
import { regularizerConfig, regularizerOf } from './registry.ts'

interface Penalty {
  regularizer: keyof typeof regularizers
  config: Config
  value: number
  gradient: Recorded
}

const recorded = reference<{ w: Recorded; regularizers: Penalty[] }>('penalties')
const { w } = recorded

const named = <T extends { config: Config }>(list: T[], name: (x: T) => string) =>
  list.map((x) => [name(x), JSON.stringify(x.config), x] as const)

describe.each(named(recorded.regularizers, (x) => x.regularizer))('%s %s', (_, __, penalty) => {
  const made = regularizerOf({ type: penalty.regularizer, config: penalty.config })

  it('is what Keras computes, with its gradient', () => {
    const { value, gradient } = evaluate({ w }, ({ w }, graph) => {
      const value = made?.call(w) as typeof w
      const [gradient = w] = graph.gradients(value, [w])
      return { value, gradient }
    })
    expect(value.shape).toEqual([])
    expectEachClose(value.data, [penalty.value], 1e-5, 0)
    expectClose(gradient.data, penalty.gradient.data, 1e-4)
  })

  it('comes back from its JSON form', () => {
    const form = JSON.parse(JSON.stringify(regularizerConfig(made as never)))
    expect(regularizerConfig(regularizerOf(form) as never)).toEqual(form)
  })
})

describe('regularizers', () => {
  it('are all recorded', () => {
    const names = recorded.regularizers.map((x) => x.regularizer)
    expect([...new Set(names)].sort()).toEqual(Object.keys(regularizers).sort())
  })

  it('take a factor alone, as in Keras', () => {
    expect([regularizers.l1(0.5).config(), regularizers.l2(0.25).config()]).toEqual([
      { l1: 0.5 },
      { l2: 0.25 },
    ])
    expect(() => regularizers.l2(-1)).toThrow('l2: l2 must be a number ≥ 0')
  })

  it('reject what makes no sense', () => {
    expect(() => regularizers.l1({ l1: -1 })).toThrow('l1: l1 must be a number ≥ 0')
    expect(() => regularizers.l1L2({ l2: Number.NaN })).toThrow('l1L2: l2 must be')
    expect(() => regularizers.orthogonalRegularizer({ mode: 'all' as 'rows' })).toThrow('mode must')
    const flat = { shape: [3], data: [1, 2, 3] }
    const call = () =>
      evaluate({ w: flat }, ({ w }) => ({ y: regularizers.orthogonalRegularizer().call(w) }))
    expect(call).toThrow('orthogonalRegularizer: [3] is no matrix')
  })
})
