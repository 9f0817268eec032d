// Every optimizer against Keras over 20 steps, and what all optimizers have in common.

import { beforeAll, describe, expect, expectTypeOf, it } from 'vitest'
import { Graph } from '../graph.ts'
import type { Config } from '../layers/layer.ts'
import { saved } from '../saved.ts'
import { exponentialDecay } from '../schedules/index.ts'
import type { Schedule } from '../schedules/schedule.ts'
import { expectEachClose, type Recorded, reference } from '../testing/reference.ts'
import { loadCore, Runner } from '../testing/run.ts'
import { Variable } from '../variable.ts'
import * as optimizers from './index.ts'
import type { Optimizer } from './optimizer.ts'
import { type OptimizerName, optimizerFromConfig, optimizerOf } from './registry.ts'

interface Case {
  optimizer: OptimizerName
  config: Config & { learningRate?: { schedule: string; config: Config } | number }
  weights: number[][][]
  slots: Record<string, (number[] | null)[]>
}

const { variables, gradients, cases } = reference<{
  variables: (Recorded & { name: string })[]
  gradients: number[][][]
  cases: Case[]
}>('optimizers')

/** Keras's names of the options → ours. */
const optimizerFor = ({ optimizer, config }: Case): Optimizer => {
  const { clipvalue, clipnorm, globalClipnorm, learningRate, ...rest } = config
  const isSchedule = typeof learningRate === 'object' && learningRate !== null
  const rate = isSchedule
    ? { type: learningRate.schedule, config: learningRate.config }
    : learningRate
  const clips = { clipValue: clipvalue, clipNorm: clipnorm, globalClipNorm: globalClipnorm }
  return optimizerFromConfig(optimizer, { ...rest, ...clips, learningRate: rate } as Config)
}

/** One training step whose gradients are fed. */
const stepOf = (optimizer: Optimizer, weights: readonly Variable[]) => {
  const graph = new Graph()
  const learningRate = graph.input('learningRate', 'float32', [])
  const given = weights.map(({ name, shape }) => graph.input(name, 'float32', shape))
  optimizer.begin(graph)
  optimizer.clip(given).forEach((gradient, i) => {
    const variable = weights[i] as Variable
    optimizer.update({ graph, variable, weight: graph.state(variable), gradient, learningRate })
  })
  return graph.finish()
}

const makeWeights = () =>
  variables.map(
    ({ name, shape, data }) =>
      new Variable({
        name,
        shape,
        initialize: (own, { graph }) => graph.constant(Float32Array.from(data), own),
      }),
  )

const rateAt = ({ learningRate }: Optimizer, step: number): number =>
  typeof learningRate === 'number' ? learningRate : learningRate.at(step)

const start = (optimizer: Optimizer) => {
  const weights = makeWeights()
  const runner = new Runner()
  const slots = weights.flatMap((weight) => optimizer.slots(weight))
  runner.initialize([...weights, ...slots, ...optimizer.shared])
  return { weights, runner, program: stepOf(optimizer, weights) }
}

/** Keras keeps the product of the means by row and column too, and records no names of these. */
const isFactored = ({ optimizer }: Case, { shape }: Variable) =>
  optimizer === 'adafactor' && shape.length > 1

describe.each(cases.map((c) => [c.optimizer, JSON.stringify(c.config), c] as const))(
  '%s %s',
  (_, __, recorded) => {
    it('does what Keras does in 20 steps', () => {
      const optimizer = optimizerFor(recorded)
      const { weights, runner, program } = start(optimizer)
      gradients.forEach((step, at) => {
        const feeds = Object.fromEntries(weights.map(({ name }, i) => [name, step[i] as number[]]))
        runner.run(program, { ...feeds, learningRate: [rateAt(optimizer, at)] })
        weights.forEach((weight, i) => {
          expectEachClose(runner.read(weight), recorded.weights[at]?.[i] as number[], 1e-5, 1e-6)
        })
      })
      weights.forEach((weight, i) => {
        const slots = optimizer.slots(weight)
        const known = Object.keys(recorded.slots).filter((name) => recorded.slots[name]?.[i])
        if (!isFactored(recorded, weight)) {
          expect(slots.map((slot) => slot.name).sort()).toEqual(known.sort())
        }
        for (const slot of slots) {
          const wanted = recorded.slots[slot.name]?.[i]
          if (wanted) expectEachClose(runner.read(slot), wanted, 1e-4, 1e-6)
        }
      })
    })

    it('comes back from its JSON form', () => {
      loadCore()
      const optimizer = optimizerFor(recorded)
      const form = JSON.parse(JSON.stringify(optimizer.config()))
      expect(optimizerFromConfig(optimizer.type, form).config()).toEqual(optimizer.config())
    })
  },
)

describe('optimizers', () => {
  it('are a union of literals', () => {
    expectTypeOf<'adam'>().toExtend<OptimizerName>()
    expectTypeOf<string>().not.toExtend<OptimizerName>()
  })

  beforeAll(() => {
    loadCore()
  })

  it('are all recorded', () => {
    const recorded = new Set(cases.map((c) => c.optimizer))
    expect([...recorded].sort()).toEqual(Object.keys(optimizers).sort())
  })

  it('have Keras’s learning rates by default', () => {
    for (const make of Object.values(optimizers)) {
      expect(make().learningRate).toBe(make().type === 'sgd' ? 0.01 : 0.001)
    }
  })

  it('make the slots of a weight once, in its shape, not trained', () => {
    const [weight] = makeWeights() as [Variable]
    const optimizer = optimizers.adam({ amsgrad: true })
    const slots = optimizer.slots(weight)
    expect(optimizer.slots(weight)).toBe(slots)
    expect(slots.map((slot) => slot.name)).toEqual(['momentum', 'velocity', 'velocityHat'])
    expect(slots.every((slot) => slot.shape === weight.shape && !slot.trainable)).toBe(true)
    expect(optimizer.slots(makeWeights()[0] as Variable)).not.toBe(slots)
  })

  it('update a weight with elementwise ops only, so that it is one pass over memory', () => {
    const { adafactor, lamb, muon, ...elementwise } = optimizers
    for (const make of Object.values(elementwise)) {
      const optimizer = make({ momentum: 0.9, nesterov: true, amsgrad: true, centered: true })
      const weights = makeWeights().slice(0, 1)
      const graph = new Graph()
      const [variable] = weights as [Variable]
      const gradient = graph.input('g', 'float32', variable.shape)
      const learningRate = graph.input('rate', 'float32', [])
      optimizer.begin(graph)
      optimizer.update({ graph, variable, weight: graph.state(variable), gradient, learningRate })
      expect(graph.print()).not.toMatch(/\b(sum|matmul|transpose|broadcastTo|reshape|pow)\b/)
    }
  })

  it('leave gradients within the limit as they are', () => {
    const gradient = [
      [0.1, -0.2, 0.05, 0, 0.3, 0.1],
      [0.2, -0.1],
    ]
    for (const clip of [{ clipValue: 1 }, { clipNorm: 1 }, { globalClipNorm: 1 }]) {
      const plain = start(optimizers.sgd())
      const clipped = start(optimizers.sgd(clip))
      for (const { weights, runner, program } of [plain, clipped]) {
        const feeds = Object.fromEntries(
          weights.map(({ name }, i) => [name, gradient[i] as number[]]),
        )
        runner.run(program, { ...feeds, learningRate: [0.01] })
      }
      clipped.weights.forEach((weight, i) => {
        const other = plain.runner.read(plain.weights[i] as Variable)
        expect(clipped.runner.read(weight)).toEqual(other)
      })
    }
  })

  const stepOnce = (optimizer: Optimizer, paths: readonly string[]) => {
    const { weights, runner } = start(optimizer)
    weights.forEach((weight, i) => {
      weight.path = paths[i]
    })
    const feeds = weights.map(({ name }, i) => [name, gradients[0]?.[i] as number[]])
    const again = stepOf(optimizer, weights)
    runner.run(again, { ...Object.fromEntries(feeds), learningRate: [0.1] })
    return weights.map((weight) => Array.from(runner.read(weight)))
  }

  it('have factors of the learning rate by name', () => {
    const paths = ['embedding/kernel', 'dense/bias']
    const [kernel, bias] = stepOnce(optimizers.sgd(), paths)
    const slow = { learningRateFactors: { embedding: 0.5, kernel: 9, bias: 0 } }
    const [slowKernel, still] = stepOnce(optimizers.sgd(slow), paths)
    const [before, beforeBias] = variables.map(({ data }) => data) as [number[], number[]]
    slowKernel?.forEach((w, i) => {
      const from = before[i] as number
      expect(w).toBeCloseTo(from + 0.5 * ((kernel?.[i] as number) - from), 6)
    })
    expect(bias).not.toEqual(still)
    expectEachClose(still as number[], beforeBias, 1e-7, 0)
  })

  it('spare weights from decay by their names in files', () => {
    const paths = ['norm/gamma', 'dense/bias']
    const plain = stepOnce(optimizers.sgd(), paths)
    const decayed = stepOnce(
      optimizers.sgd({ weightDecay: 0.5, excludeFromWeightDecay: ['norm/'] }),
      paths,
    )
    expect(decayed[0]).toEqual(plain[0])
    expect(decayed[1]).not.toEqual(plain[1])
  })

  it('keep their slots out of the subnormal numbers', () => {
    for (const make of Object.values(optimizers)) {
      const optimizer = make()
      const { weights, runner, program } = start(optimizer)
      const zeros = weights.map(({ name, shape }) => [
        name,
        new Float32Array((shape[0] as number) * (shape[1] ?? 1)),
      ])
      const tiny = zeros.map(([name, data]) => [name, (data as Float32Array).map(() => 1e-30)])
      runner.run(program, { ...Object.fromEntries(tiny), learningRate: [1e-3] })
      for (let i = 0; i < 300; i++) {
        runner.run(program, { ...Object.fromEntries(zeros), learningRate: [1e-3] })
      }
      const slots = [...optimizer.shared, ...weights.flatMap((weight) => optimizer.slots(weight))]
      for (const slot of [...slots, ...weights]) {
        const values = Array.from(runner.read(slot), Math.abs)
        expect(
          values.every((v) => v === 0 || v > 2 ** -126),
          `${optimizer.type} ${slot.name}`,
        ).toBe(true)
      }
    }
  })

  it('give adafactor a finite step where a row and a column have never been used', () => {
    const { weights, runner, program } = start(optimizers.adafactor())
    const [kernel] = weights as [Variable]
    const gradient = { kernel: [1, 0, 0, 0, 0, 0], bias: [0, 0] }
    runner.run(program, { ...gradient, learningRate: [1e-3] })
    expect(Array.from(runner.read(kernel)).every(Number.isFinite)).toBe(true)
  })

  it('let the learning rate be set, to what makes sense', () => {
    const optimizer = optimizers.adam()
    optimizer.learningRate = 0.5
    expect(optimizer.config().learningRate).toBe(0.5)
    expect(() => {
      optimizer.learningRate = Number.NaN
    }).toThrow('adam: learningRate must be a number ≥ 0')
    const schedule = exponentialDecay({ initialLearningRate: 0.1, decaySteps: 10, decayRate: 0.5 })
    optimizer.learningRate = schedule
    expect(optimizer.config().learningRate).toEqual({
      type: 'exponentialDecay',
      config: schedule.config(),
    })
  })

  it('come back from a file with their schedule', () => {
    const schedule = exponentialDecay({ initialLearningRate: 0.1, decaySteps: 10, decayRate: 0.5 })
    const { type, config } = saved(optimizers.adam({ learningRate: schedule }))
    const rate = optimizerFromConfig(type, config).learningRate as Schedule
    expect(rate.config()).toEqual(schedule.config())
  })

  it('are found by name', () => {
    expect(optimizerOf('adamw').config().weightDecay).toBe(0.004)
    expect(() => optimizerOf('Adam' as 'adam')).toThrow("Did you mean 'adam'?")
    const own = optimizers.sgd()
    expect(optimizerOf(own)).toBe(own)
    expect(() => optimizerOf({} as Optimizer)).toThrow('compile: optimizer must be a name')
  })

  it('reject what makes no sense', () => {
    expect(() => optimizers.sgd({ learningRate: -1 })).toThrow('sgd: learningRate must be')
    expect(() => optimizers.sgd({ momentum: 1.5 })).toThrow('sgd: momentum must be a number in')
    expect(() => optimizers.adam({ beta1: 1 })).toThrow('adam: beta1 must be a number in [0, 1)')
    expect(() => optimizers.adamw({ epsilon: 0 })).toThrow('adamw: epsilon must be a number > 0')
    expect(() => optimizers.adagrad({ initialAccumulatorValue: -1 })).toThrow('adagrad: initial')
    expect(() => optimizers.adadelta({ rho: 2 })).toThrow(
      'adadelta: rho must be a number in [0, 1]',
    )
    expect(() => optimizers.lion({ beta1: 0 })).toThrow('lion: beta1 must be a number in (0, 1]')
    expect(() => optimizers.adafactor({ beta2Decay: 1 })).toThrow('adafactor: beta2Decay must be')
    expect(() => optimizers.ftrl({ learningRatePower: 1 })).toThrow('ftrl: learningRatePower must')
    expect(() => optimizers.ftrl({ beta: -1 })).toThrow('ftrl: beta must be a number ≥ 0')
    expect(() => optimizers.muon({ nsSteps: 0 })).toThrow('muon: nsSteps must be a positive whole')
    expect(() => optimizers.muon({ adamBeta1: 1 })).toThrow('muon: adamBeta1 must be')
    expect(() => optimizers.sgd({ learningRateFactors: { kernel: -1 } })).toThrow(
      "sgd: learningRateFactors['kernel'] must be a number ≥ 0",
    )
    expect(() => optimizers.sgd({ excludeFromWeightDecay: 'bias' as never })).toThrow(
      'sgd: excludeFromWeightDecay must be an array',
    )
    expect(() => optimizers.rmsprop({ clipNorm: 0 })).toThrow('rmsprop: clipNorm must be')
    expect(() => optimizers.adam({ clipNorm: 1, clipValue: 1 })).toThrow(
      'adam: set only one of clipValue and clipNorm',
    )
  })
})
