// Every schedule against the documented formulas, as Keras computes them in float64.

import { beforeAll, describe, expect, it } from 'vitest'
import type { Config } from '../layers/layer.ts'
import { expectEachClose, reference } from '../testing/reference.ts'
import { loadCore } from '../testing/run.ts'
import * as schedules from './index.ts'
import { learningRateOf } from './learning-rate.ts'
import { scheduleFromConfig } from './registry.ts'

interface Case {
  schedule: keyof typeof schedules
  config: Config
  values: number[]
}

const { cases } = reference<{ cases: Case[] }>('schedules')

beforeAll(() => {
  loadCore()
})

describe.each(cases.map((c) => [c.schedule, JSON.stringify(c.config), c] as const))(
  '%s %s',
  (_, __, { schedule, config, values }) => {
    it('is the documented formula', () => {
      const made = scheduleFromConfig(schedule, config)
      expectEachClose(
        values.map((_, step) => made.at(step)),
        values,
        1e-8,
        1e-12,
      )
    })

    it('comes back from its JSON form', () => {
      const made = scheduleFromConfig(schedule, config)
      const form = JSON.parse(JSON.stringify(made.config()))
      expect(scheduleFromConfig(schedule, form).config()).toEqual(made.config())
    })
  },
)

describe('schedules', () => {
  it('are all recorded', () => {
    const recorded = new Set(cases.map((c) => c.schedule))
    expect([...recorded].sort()).toEqual(Object.keys(schedules).sort())
  })

  it('end at their ends', () => {
    const line = schedules.polynomialDecay({
      initialLearningRate: 0.1,
      decaySteps: 10,
      endLearningRate: 0.02,
    })
    expect(line.at(1e9)).toBe(0.02)
    const cosine = schedules.cosineDecay({ initialLearningRate: 0.5, decaySteps: 10, alpha: 0.5 })
    expect(cosine.at(1e9)).toBeCloseTo(0.25, 12)
  })

  it('stand where a learning rate does', () => {
    const made = schedules.piecewiseConstantDecay({ boundaries: [1], values: [1, 0.5] })
    expect(learningRateOf('adam', made)).toBe(made)
    expect(() => scheduleFromConfig('cosine', {})).toThrow("There is no schedule named 'cosine'")
    expect(() => learningRateOf('adam', null as unknown as number)).toThrow('adam: learningRate')
  })

  it('reject what makes no sense', () => {
    const { exponentialDecay, cosineDecay, piecewiseConstantDecay, polynomialDecay } = schedules
    const start = { initialLearningRate: 0.1 }
    expect(() => exponentialDecay({ ...start, decaySteps: 0, decayRate: 0.5 })).toThrow(
      'decaySteps',
    )
    expect(() => exponentialDecay({ ...start, decaySteps: 1, decayRate: -1 })).toThrow('decayRate')
    expect(() => cosineDecay({ ...start, decaySteps: 5, warmupSteps: -1 })).toThrow('warmupSteps')
    expect(() => polynomialDecay({ ...start, decaySteps: 5, power: 0 })).toThrow('power')
    expect(() => piecewiseConstantDecay({ boundaries: [1], values: [1] })).toThrow(
      '1 boundaries need 2 values, but there are 1',
    )
    expect(() => piecewiseConstantDecay({ boundaries: [5, 5], values: [1, 2, 3] })).toThrow(
      'boundaries must be ascending',
    )
  })
})
