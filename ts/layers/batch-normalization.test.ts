// What batch, layer, group and spectral normalization do beyond one recorded call: moving averages,
// the wrapper, refusals.

import { describe, expect, it } from 'vitest'
import { sumAll } from '../composites/common.ts'
import { Graph, type SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import type { Elements } from '../shape.ts'
import { type Named, namedVariables } from '../testing/layer-case.ts'
import { expectClose, type Recorded, reference } from '../testing/reference.ts'
import { refusal } from '../testing/refusal.ts'
import { loadCore, passOver, Runner } from '../testing/run.ts'
import { FunctionalTensor } from './functional.ts'
import {
  batchNormalization,
  dense,
  flatten,
  groupNormalization,
  layerNormalization,
  rmsNormalization,
  spectralNormalization,
  unitNormalization,
} from './index.ts'
import type { Config } from './layer.ts'
import { layerFromConfig } from './registry.ts'

interface Steps {
  readonly config: Config
  readonly inputs: readonly Recorded[]
  readonly after: readonly Named[]
}

interface Spectral extends Record<string, unknown> {
  readonly powerIterations: number
  readonly input: Recorded
  readonly kernel: Recorded
  readonly bias: Recorded
  readonly vectorU: Recorded
  readonly gradOutput: Recorded
  readonly output: Recorded
  readonly gradKernel: Recorded
  readonly gradInput: Recorded
  readonly after: Recorded
}

const { steps, spectral } = reference<{ steps: Steps[]; spectral: Spectral[] }>('normalization')

const functional = (...shape: number[]) => new FunctionalTensor([null, ...shape], 'float32')

describe('batchNormalization', () => {
  it.each(steps)('has the moving averages of Keras after three steps', (recorded) => {
    const layer = layerFromConfig('batchNormalization', recorded.config)
    layer.build([null, 3])
    const runner = new Runner()
    runner.initialize(layer.variables)
    for (const { shape, data } of recorded.inputs) {
      const graph = new Graph()
      const pass = passOver(graph, true)
      graph.output('y', layer.call(graph.input('x', 'float32', shape), pass) as SymbolicTensor)
      for (const [variable, value] of pass.assigned) graph.assign(variable, value)
      runner.run(graph.finish(), { x: data })
    }
    for (const { name, data } of recorded.after) {
      const variable = layer.variables.find((v) => v.name === name)
      expectClose(runner.read(variable as never), data, 1e-6)
    }
  })

  it('changes nothing at inference, nor where it is frozen', () => {
    loadCore()
    const graph = new Graph()
    const x = graph.input('x', 'float32', [4, 3])
    const frozen = batchNormalization({ trainable: false })
    const [inference, training] = [passOver(graph), passOver(graph, true)]
    frozen.apply(x, training)
    batchNormalization().apply(x, inference)
    expect([inference.assigned.size, training.assigned.size]).toEqual([0, 0])
  })

  it('keeps momentum, axis and first values in its JSON form', () => {
    const layer = batchNormalization({ momentum: 0.5, axis: 1, movingMeanInitializer: 'ones' })
    const again = layerFromConfig('batchNormalization', layer.config())
    expect(again.config()).toEqual(layer.config())
    expect(again.config()).toMatchObject({ momentum: 0.5, axis: 1, movingMeanInitializer: 'ones' })
  })

  it('refuses a mask that does not lie along the steps', () => {
    loadCore()
    const graph = new Graph()
    const mask = graph.fill(1, [2, 3])
    const x = graph.input('x', 'float32', [2, 3, 4, 5]).withMask(mask)
    expect(() => batchNormalization().apply(x, passOver(graph, true))).toThrow(
      refusal('shape', 'mask', '[2,3]', '[2,3,4,5]'),
    )
  })
})

describe('arguments of normalizing layers', () => {
  it.each([
    [() => batchNormalization({ momentum: 2 }), 'momentum'],
    [() => batchNormalization({ epsilon: 0 }), 'epsilon'],
    [() => batchNormalization({ axis: 0 }), 'axis'],
    [() => layerNormalization({ axis: [0, 1] }), 'axis'],
    [() => layerNormalization({ center: 1 as never }), 'center'],
    [() => groupNormalization({ groups: 0 }), 'groups'],
    [() => groupNormalization({ axis: 1.5 }), 'axis'],
    [() => rmsNormalization({ epsilon: -1 }), 'epsilon'],
    [() => unitNormalization({ axis: [0] }), 'axis'],
    [() => spectralNormalization({ layer: {} as never }), 'layer'],
    [() => spectralNormalization({ layer: dense({ units: 1 }), powerIterations: 0 }), 'power'],
  ])('%#', (make, option) => {
    expect(make).toThrow(refusal('argument', option))
  })

  it.each([
    [() => layerNormalization({ axis: 3 }).apply(functional(4)), 'axis 3'],
    [() => layerNormalization({ axis: [] }).apply(functional(4)), 'an axis at least'],
    [() => groupNormalization({ groups: 3 }).apply(functional(4)), '4 channels are not 3 groups'],
    [() => unitNormalization({ axis: 2 }).apply(functional(4)), 'axis 2'],
    [() => spectralNormalization({ layer: flatten() }).apply(functional(4)), 'no kernel'],
  ])('which do not fit the input: %#', (make, message) => {
    loadCore()
    expect(make).toThrow(refusal('shape', message))
  })

  it.each([layerNormalization, groupNormalization, batchNormalization, rmsNormalization])(
    'another input than the one it was built for: %#',
    (make) => {
      loadCore()
      const layer = make === groupNormalization ? groupNormalization({ groups: 2 }) : make()
      layer.apply(functional(3, 4))
      expect(layer.apply(functional(5, 4)).shape).toEqual([null, 5, 4])
      expect(() => layer.apply(functional(3, 6))).toThrow(refusal('shape', '[batch, 3, 4]'))
    },
  )
})

describe('spectralNormalization', () => {
  it.each(spectral)('is that of Keras in a training step, %#', (recorded) => {
    const layer = spectralNormalization({
      layer: dense({ units: 4, name: 'inner' }),
      powerIterations: recorded.powerIterations,
    })
    layer.build([null, 5])
    const variables = new Map(namedVariables(layer))
    const of = (name: string) => variables.get(name) as never
    const runner = new Runner()
    runner.initialize([...variables.values()])
    runner.write(of('vectorU'), recorded.vectorU.data)
    runner.write(of('inner/kernel'), recorded.kernel.data)
    runner.write(of('inner/bias'), recorded.bias.data)
    const graph = new Graph()
    const pass = passOver(graph, true)
    const x = graph.input('x', 'float32', recorded.input.shape)
    const dy = graph.input('dy', 'float32', recorded.gradOutput.shape)
    const y = layer.apply(x, pass) as SymbolicTensor
    const wrt = [x, pass.read(of('inner/kernel'))]
    const [dx, dkernel] = graph.gradients(sumAll(ops.mul(y, dy)), wrt) as SymbolicTensor[]
    Object.entries({ y, dx, dkernel }).forEach(([name, value]) => {
      graph.output(name, value as SymbolicTensor)
    })
    for (const [variable, value] of pass.assigned) graph.assign(variable, value)
    const feeds = { x: recorded.input.data, dy: recorded.gradOutput.data }
    const result = runner.run(graph.finish(), feeds)
    expectClose(result.y as Elements, recorded.output.data, 1e-5)
    expectClose(result.dx as Elements, recorded.gradInput.data, 1e-4)
    expectClose(result.dkernel as Elements, recorded.gradKernel.data, 1e-4)
    expectClose(runner.read(of('vectorU')), recorded.after.data, 1e-5)
  })

  it('comes back from its JSON form with the layer inside', () => {
    const layer = spectralNormalization({ layer: dense({ units: 4, name: 'inner' }) })
    const again = layerFromConfig(
      'spectralNormalization',
      JSON.parse(JSON.stringify(layer.config())),
    )
    expect(again.config()).toEqual(layer.config())
  })
})
