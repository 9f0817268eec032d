// Recurrent layers, and what stands before and around them, against Keras; then what Keras cannot
// tell: one op against single steps, dropout, wrong arguments.

import { beforeAll, describe, expect, it } from 'vitest'
import { sumAll } from '../../composites/common.ts'
import { Graph, type SymbolicTensor } from '../../graph.ts'
import * as ops from '../../ops.ts'
import { expectClose, expectEachClose, type Recorded, reference } from '../../testing/reference.ts'
import { refusal } from '../../testing/refusal.ts'
import { loadCore, passOver, Runner } from '../../testing/run.ts'
import type { Variable } from '../../variable.ts'
import { FunctionalTensor } from '../functional.ts'
import * as layers from '../index.ts'
import type { AnyLayer, Config, Pass } from '../layer.ts'
import { variablesOf } from '../pass.ts'
import { layerFromConfig } from '../registry.ts'
import { RnnCell } from './rnn-cell.ts'

interface Case {
  layer: string
  config: Config
  weights: Recorded[]
  input: Recorded
  mask?: Recorded
  states: Recorded[]
  outputs: Recorded[]
  gradOutputs: Recorded[]
  gradInputs: Recorded[]
  gradWeights: Recorded[]
}

const { cases } = reference<{ cases: Case[] }>('recurrent')

const batched = ({ shape }: Recorded) => [null, ...shape.slice(1)]

beforeAll(() => void loadCore())

/** What the layer gives for a case, beside what Keras gave: outputs, gradients. */
const run = (c: Case, layer: AnyLayer) => {
  const [runner, graph] = [new Runner(), new Graph()]
  const whole = c.gradInputs.length === 0
  const given = [c.input, ...c.states]
  const inputs = given.map(({ shape }, i) =>
    graph.input(`x${i}`, whole ? 'int32' : 'float32', shape),
  )
  const mask = c.mask && graph.input('mask', 'float32', c.mask.shape)
  const shapes = given.map(batched)
  layer.build(c.states.length > 0 ? shapes : shapes[0])
  layer.built = true
  const variables = variablesOf(layer)
  variables.forEach((variable, i) => {
    runner.write(variable, (c.weights[i] as Recorded).data)
  })
  const pass = passOver(graph)
  const [x, ...states] = inputs.map((x, i) => (i === 0 ? x.withMask(mask) : x))
  const y = layer.apply(states.length > 0 ? [x, ...states] : x, pass)
  const outputs = (Array.isArray(y) ? y : [y]) as SymbolicTensor[]
  const losses = outputs.map((y, i) => {
    const dy = graph.input(`dy${i}`, 'float32', y.shape)
    return sumAll(ops.mul(y, dy))
  })
  const wrt = [...(whole ? [] : inputs), ...variables.map((variable) => pass.read(variable))]
  const grads = graph.gradients(
    losses.reduce((a, b) => ops.add(a, b)),
    wrt,
  )
  const named = { y: outputs, grad: grads }
  for (const [name, all] of Object.entries(named)) {
    for (const [i, one] of all.entries()) graph.output(`${name}${i}`, one)
  }
  const feeds = Object.fromEntries([
    ...given.map(({ data }, i) => [`x${i}`, data]),
    ...c.gradOutputs.map(({ data }, i) => [`dy${i}`, data]),
    ['mask', c.mask?.data ?? []],
  ])
  const result = runner.run(graph.finish(), feeds)
  return { outputs, variables, result }
}

const layerOf = (c: Case): AnyLayer => layerFromConfig(c.layer, c.config)

describe.each(cases.map((c, i) => [i, c.layer, JSON.stringify(c.config), c] as const))(
  '%i %s %s',
  (_, __, ___, recorded) => {
    it('computes what Keras computes, gradients too', () => {
      const { outputs, variables, result } = run(recorded, layerOf(recorded))
      expect(variables.map(({ shape }) => shape)).toEqual(recorded.weights.map((w) => w.shape))
      expect(outputs.map(({ shape }) => shape)).toEqual(recorded.outputs.map((y) => y.shape))
      recorded.outputs.forEach(({ data }, i) => {
        expectClose(result[`y${i}`] as Float32Array, data, 1e-5)
      })
      const wanted = [...recorded.gradInputs, ...recorded.gradWeights]
      wanted.forEach(({ data }, i) => {
        expectEachClose(result[`grad${i}`] as Float32Array, data, 1e-4, 1e-5)
      })
    })

    it('comes back from its JSON form', () => {
      const layer = layerOf(recorded)
      const config = JSON.parse(JSON.stringify(layer.config()))
      expect(layerFromConfig(layer.type, config).config()).toEqual(layer.config())
    })
  },
)

describe('all steps as one op', () => {
  const fused = cases.filter(
    ({ layer, config }) =>
      ['simpleRNN', 'gru', 'lstm'].includes(layer) && !config.unroll && !config.activation,
  )

  it.each(fused.map((c, i) => [i, c] as const))('%i are those of single steps', (_, c) => {
    const one = run(c, layerOf(c)).result
    const single = run(c, layerFromConfig(c.layer, { ...c.config, unroll: true })).result
    expect(Object.keys(single)).toEqual(Object.keys(one))
    for (const [name, values] of Object.entries(single)) {
      expectClose(one[name] as Float32Array, values, 3e-6)
    }
  })

  it('is one op, whatever the number of steps', () => {
    const nodes = (config: Config) => {
      const graph = new Graph()
      const layer = layerFromConfig('lstm', { units: 3, ...config })
      layer.build([null, 20, 2])
      const y = layer.apply(graph.input('x', 'float32', [2, 20, 2]), passOver(graph))
      graph.output('y', y as SymbolicTensor)
      return graph.print().split('\n').length
    }
    expect(nodes({})).toBeLessThan(25)
    expect(nodes({ unroll: true })).toBeGreaterThan(100)
  })
})

describe('dropout of a sequence', () => {
  /** h of 64 rows after each of 4 equal steps. */
  const trained = (config: Config): number[][] => {
    const runner = new Runner()
    const layer = layerFromConfig('simpleRNN', { units: 1, returnSequences: true, ...config })
    layer.build([null, 4, 1])
    const graph = new Graph()
    const y = layer.apply(graph.fill(1, [64, 4, 1]), passOver(graph, true)) as SymbolicTensor
    const [kernel, recurrent, bias] = variablesOf(layer)
    for (const [variable, value] of [
      [kernel, 0.3],
      [recurrent, 0.4],
      [bias, 0],
    ] as const) {
      if (variable) runner.write(variable, [value])
    }
    graph.output('y', y)
    const h = runner.run(graph.finish()).y as Float32Array
    return Array.from({ length: 64 }, (_, row) => [...h.slice(4 * row, 4 * row + 4)])
  }

  it.each([false, true])('drops the same inputs at every step, unrolled: %s', (unroll) => {
    const rows = trained({ dropout: 0.5, unroll })
    const dropped = rows.filter(([first]) => first === 0)
    expect(dropped.length).toBeGreaterThan(16)
    expect(dropped.length).toBeLessThan(48)
    for (const row of dropped) expect(row).toEqual([0, 0, 0, 0])
    const kept = rows.find(([first]) => first !== 0) as number[]
    expect(kept[0]).toBeCloseTo(Math.tanh(0.6), 6)
    expect(kept[1]).toBeCloseTo(Math.tanh(0.6 + 0.4 * (kept[0] as number)), 6)
  })

  it.each([false, true])('drops the same states at every step, unrolled: %s', (unroll) => {
    const rows = trained({ recurrentDropout: 0.5, unroll })
    const fresh = Math.tanh(0.3)
    const dropped = rows.filter((row) => Math.abs((row[1] as number) - fresh) < 1e-6)
    expect(dropped.length).toBeGreaterThan(16)
    expect(dropped.length).toBeLessThan(48)
    for (const row of dropped) for (const h of row) expect(h).toBeCloseTo(fresh, 6)
    const kept = rows.find((row) => Math.abs((row[1] as number) - fresh) > 1e-6) as number[]
    expect(kept[1]).toBeCloseTo(Math.tanh(0.3 + 0.8 * fresh), 6)
  })
})

describe('a stateful layer', () => {
  const layer = () =>
    layers.simpleRNN({ units: 1, stateful: true, batchSize: 2, returnSequences: true })

  /** h of a batch of `size` with one feature, over two steps. */
  const step = (made: ReturnType<typeof layer>, runner: Runner, size: number, training = true) => {
    const graph = new Graph()
    const pass = passOver(graph, training)
    graph.output('y', made.apply(graph.fill(0.5, [size, 2, 1]), pass))
    for (const [variable, value] of pass.assigned) graph.assign(variable, value)
    return [...(runner.run(graph.finish()).y as Float32Array)].map((x) => x.toFixed(5))
  }

  it('goes on where the batch before ended, while training', () => {
    const made = layer()
    const runner = new Runner()
    made.build([null, 2, 1])
    made.built = true
    const [state, kernel, recurrent] = variablesOf(made)
    for (const variable of [kernel, recurrent]) runner.write(variable as Variable, [0.7])
    const hs = [0]
    for (let t = 0; t < 4; t++) hs.push(Math.tanh(0.35 + 0.7 * (hs[t] as number)))
    const want = (from: number, rows: number) =>
      Array.from({ length: 2 * rows }, (_, i) => (hs[from + (i % 2)] as number).toFixed(5))
    expect(state).toMatchObject({ name: 'state0', shape: [2, 1], trainable: false })
    expect(step(made, runner, 2)).toEqual(want(1, 2))
    expect(step(made, runner, 3)).toEqual(want(1, 3))
    expect(step(made, runner, 2, false)).toEqual(want(3, 2))
    expect(step(made, runner, 2)).toEqual(want(3, 2))
    made.resetStates()
    for (const [variable, values] of made.takePending()) runner.write(variable, values)
    expect(step(made, runner, 2)).toEqual(want(1, 2))
    expect(made.takePending().size).toBe(0)
  })

  it('needs a batchSize', () => {
    const make = () => layers.gru({ units: 1, stateful: true, name: 'a' })
    expect(make).toThrow(refusal('argument', 'gru "a"', 'batchSize', 'undefined'))
    expect(layer().config()).toMatchObject({ stateful: true, batchSize: 2 })
  })
})

describe('first weights of an LSTM', () => {
  it('open the forget gate, unless told otherwise', () => {
    const bias = (config: Config) => {
      const layer = layerFromConfig('lstm', { units: 2, ...config })
      const runner = new Runner()
      layer.build([null, 3, 1])
      const variables = variablesOf(layer)
      runner.initialize(variables)
      return [...runner.read(variables[2] as (typeof variables)[number])]
    }
    expect(bias({})).toEqual([0, 0, 1, 1, 0, 0, 0, 0])
    expect(bias({ biasInitializer: 'ones' })).toEqual(Array(8).fill(1))
    expect(bias({ unitForgetBias: false })).toEqual(Array(8).fill(0))
  })
})

describe('the twin in a bidirectional layer', () => {
  it('has the options of the layer, and weights of its own', () => {
    const layer = layers.gru({ units: 2, kernelRegularizer: 'l2', trainable: false })
    const { forward, backward } = layers.bidirectional({ layer })
    expect([forward.goBackwards, backward.goBackwards]).toEqual([false, true])
    expect([forward.trainable, backward.trainable]).toEqual([false, false])
    expect(backward.config()).toMatchObject({ units: 2, kernelRegularizer: 'l2' })
    expect(new Set([layer.cell, forward.cell, backward.cell]).size).toBe(3)
  })
})

/** Adds up its inputs; its output is twice the sum. */
class Summing extends RnnCell {
  readonly type = 'summing'
  readonly stateShapes = [[2]]
  call([x, sum]: readonly [SymbolicTensor, SymbolicTensor], _: Pass) {
    const next = ops.add(sum, x)
    return [ops.mul(next, 2), next]
  }
  config() {
    return {}
  }
}

describe('masks', () => {
  it('of an embedding and of masking reach the layers behind', () => {
    const tokens = new FunctionalTensor([null, 7], 'int32')
    const vectors = layers.embedding({ inputDim: 5, outputDim: 3, maskZero: true }).apply(tokens)
    expect(vectors.mask).toEqual([null, 7])
    const seen = layers.bidirectional({ layer: layers.gru({ units: 2, returnSequences: true }) })
    expect((seen.apply(vectors) as FunctionalTensor).mask).toEqual([null, 7])
    expect(layers.lstm({ units: 2 }).apply(vectors).mask).toBeUndefined()
    const x = new FunctionalTensor([null, 7, 2], 'float32')
    const dense = layers.timeDistributed({ layer: layers.dense({ units: 4 }) })
    expect(dense.apply(layers.masking().apply(x))).toMatchObject({
      mask: [null, 7],
      shape: [null, 7, 4],
    })
  })

  it('of the wrong length are refused', () => {
    const masked = (mask: (number | null)[]) => () =>
      layers
        .lstm({ units: 2, name: 'a' })
        .apply(new FunctionalTensor([null, 7, 2], 'float32', mask))
    expect(masked([null, 6])).toThrow(refusal('shape', 'lstm "a"', 'mask', '6'))
    expect(masked([null, 1])).toThrow(refusal('shape', 'lstm "a"', 'its mask', '[batch, time]'))
  })
})

describe('cells of your own', () => {
  it('run over time and come back as another like them', () => {
    const cell = new Summing()
    const layer = layers.rnn({ cell, returnSequences: true })
    const runner = new Runner()
    const graph = new Graph()
    const x = graph.input('x', 'float32', [1, 3, 2])
    graph.output('y', layer.apply(x, passOver(graph)))
    const y = runner.run(graph.finish(), { x: [1, 10, 2, 20, 3, 30] }).y as Float32Array
    expect([...y]).toEqual([2, 20, 6, 60, 12, 120])
    expect(cell.copy()).toBeInstanceOf(Summing)
  })
})

describe('wrong arguments', () => {
  const x = (...shape: number[]) => new FunctionalTensor([null, ...shape], 'float32')

  it.each([
    ['units', 'lstmCell', () => layers.lstm({ units: 0 })],
    ['dropout', 'gruCell', () => layers.gru({ units: 1, dropout: 1 })],
    ['recurrentDropout', 'simpleRNN', () => layers.simpleRNN({ units: 1, recurrentDropout: -1 })],
    ['returnState', 'gru', () => layers.gru({ units: 1, returnState: 1 as never })],
    ['resetAfter', 'gruCell', () => layers.gruCell({ units: 1, resetAfter: 'no' as never })],
    ['unitForgetBias', 'lstm', () => layers.lstm({ units: 1, unitForgetBias: 0 as never })],
    ['cell', 'rnn', () => layers.rnn({ cell: 3 as never })],
    ['cells', 'stackedRNNCells', () => layers.stackedRNNCells({ cells: [] })],
    ['layer', 'bidirectional', () => layers.bidirectional({ layer: 1 as never })],
    [
      'mergeMode',
      'bidirectional',
      () => layers.bidirectional({ layer: layers.gru({ units: 1 }), mergeMode: 'max' as never }),
    ],
    [
      'backwardLayer',
      'goBackwards',
      () =>
        layers.bidirectional({
          layer: layers.gru({ units: 1 }),
          backwardLayer: layers.gru({ units: 1 }),
        }),
    ],
    ['filters', 'convLSTM2D', () => layers.convLSTM2D({ filters: 0, kernelSize: 2 })],
    ['kernelSize', 'convLSTM2D', () => layers.convLSTM2D({ filters: 1, kernelSize: [1, 2, 3] })],
    ['layer', 'timeDistributed', () => layers.timeDistributed({ layer: {} as never })],
    ['inputDim', 'embedding', () => layers.embedding({ inputDim: 1.5, outputDim: 2 })],
    ['maskValue', 'masking', () => layers.masking({ maskValue: Number.NaN })],
  ])('%s of %s', (argument, layer, make) => {
    expect(make).toThrow(refusal('argument', argument, layer))
  })

  it.each([
    ['lstm', () => layers.lstm({ units: 2 }).apply(x(3)), '[batch, time, ...]'],
    ['gru', () => layers.gru({ units: 2 }).apply([x(3, 1), x(3)]), '[batch, 2]'],
    ['masking', () => layers.masking().apply(x(3)), '[batch, time, features]'],
    [
      'convLSTM2D',
      () => layers.convLSTM2D({ filters: 1, kernelSize: 2 }).apply(x(3, 4, 1)),
      '[batch, height, width, channels]',
    ],
    [
      'convLSTM2D',
      () => layers.convLSTM2D({ filters: 1, kernelSize: 9 }).apply(x(3, 4, 4, 1)),
      'does not fit',
    ],
    [
      'timeDistributed',
      () => layers.timeDistributed({ layer: layers.flatten() }).apply(x(3)),
      '[batch, time, ...]',
    ],
  ])('inputs of %s', (layer, make, wanted) => {
    expect(make).toThrow(refusal('shape', layer, wanted))
  })

  it('another input than the one built for', () => {
    const layer = layers.gru({ units: 2 })
    layer.apply(x(3, 1))
    expect(() => layer.apply(x(3, 2))).toThrow(refusal('shape', 'gruCell', '[batch, ..., 1]'))
  })
})
