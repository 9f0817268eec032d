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

const cases = ['schedules', 'schedules-torch'].flatMap(
  (name) => reference<{ cases: Case[] }>(name).cases,
)

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

describe('linearWarmup', () => {
  it('rises along a line before what follows', () => {
    const falling = schedules.stepDecay({ initialLearningRate: 0.4, stepSize: 2, gamma: 0.5 })
    const made = schedules.linearWarmup({ warmupSteps: 4, learningRate: falling })
    const rates = [0, 0.1, 0.2, 0.3, 0.4, 0.4, 0.2, 0.2, 0.1]
    expectEachClose(
      rates.map((_, step) => made.at(step)),
      rates,
      1e-12,
      1e-12,
    )
    const again = scheduleFromConfig(made.type, JSON.parse(JSON.stringify(made.config())))
    expect(rates.map((_, step) => again.at(step))).toEqual(rates.map((_, step) => made.at(step)))
    const flat = { warmupSteps: 2, learningRate: 0.5, initialLearningRate: 0.1 }
    const levels = [0, 1, 2, 9].map(schedules.linearWarmup(flat).at)
    expectEachClose(levels, [0.1, 0.3, 0.5, 0.5], 1e-12, 0)
  })
})

describe('schedules', () => {
  it('are all recorded', () => {
    const recorded = new Set(cases.map((c) => c.schedule))
    expect([...recorded, 'linearWarmup'].sort()).toEqual(Object.keys(schedules).sort())
  })

  it('end at their ends', () => {
    const cycle = schedules.oneCycle({ maxLearningRate: 1, totalSteps: 10, finalDivFactor: 2 })
    expect(cycle.at(1e9)).toBeCloseTo(1 / 50, 12)
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
    expect(() => schedules.oneCycle({ maxLearningRate: 1, totalSteps: 0 })).toThrow('totalSteps')
    expect(() => schedules.oneCycle({ maxLearningRate: 1, totalSteps: 9, pctStart: 1 })).toThrow(
      'pctStart must be in (0, 1)',
    )
    expect(() => schedules.stepDecay({ ...start, stepSize: 0.5 })).toThrow('stepSize')
    expect(() => schedules.linearWarmup({ warmupSteps: 2, learningRate: -1 })).toThrow(
      'linearWarmup: learningRate must be',
    )
    expect(() => schedules.cosineDecayRestarts({ ...start, firstDecaySteps: 0 })).toThrow('first')
    expect(() => schedules.inverseTimeDecay({ ...start, decaySteps: 1, decayRate: -1 })).toThrow(
      'decayRate',
    )
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
