// Every layer against Keras, and what all layers have in common; each layer's own test is beside
// it.

import { describe, expect, it } from 'vitest'
import { sumAll } from '../composites/common.ts'
import { Graph, type SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import type { BatchShape } from '../shape.ts'
import { Tensor } from '../tensor.ts'
import { expectClose, expectEachClose, type Recorded, reference } from '../testing/reference.ts'
import { passOver, Runner } from '../testing/run.ts'
import * as layers from './index.ts'
import { type Config, Layer } from './layer.ts'
import { Normalization } from './normalization.ts'
import { layerFromConfig, registerLayer } from './registry.ts'

interface Case {
  layer: keyof typeof layers
  config: Config
  inputShape: number[]
  weights: (Recorded & { name: string })[]
  input: Recorded
  output: Recorded
  gradOutput: Recorded
  gradInput: Recorded
  gradWeights: (Recorded & { name: string })[]
  adaptData?: Recorded
}

const files = ['layers', 'conv']
const cases = files.flatMap((file) => reference<{ cases: Case[] }>(file).cases)

const prepared = (recorded: Case): { layer: Layer; runner: Runner } => {
  const layer = layerFromConfig(recorded.layer, recorded.config)
  const runner = new Runner()
  const { adaptData } = recorded
  if (adaptData && layer instanceof Normalization) {
    layer.adapt(new Tensor(Float32Array.from(adaptData.data), adaptData.shape))
  }
  layer.build([null, ...recorded.inputShape])
  runner.initialize(layer.variables)
  if (!adaptData) {
    layer.variables.forEach((variable, i) => {
      runner.write(variable, (recorded.weights[i] as Recorded).data)
    })
  }
  return { layer, runner }
}

/** Output, gradient of the input and gradients of the trainable variables. */
const run = ({ input, gradOutput }: Case, layer: Layer, runner: Runner) => {
  const graph = new Graph()
  const x = graph.input('x', 'float32', input.shape)
  const dy = graph.input('dy', 'float32', gradOutput.shape)
  const pass = passOver(graph)
  const y = layer.call(x, pass)
  const trainable = layer.variables.filter((variable) => variable.trainable)
  const grads = graph.gradients(sumAll(ops.mul(y, dy)), [x, ...trainable.map(pass.read)])
  graph.output('y', y)
  grads.forEach((grad, i) => {
    graph.output(`grad${i}`, grad)
  })
  const result = runner.run(graph.finish(), { x: input.data, dy: gradOutput.data })
  return { shape: y.shape, result }
}

describe.each(
  cases.map((c) => [c.layer, JSON.stringify(c.config), JSON.stringify(c.input.shape), c] as const),
)('%s %s on %s', (_, __, ___, recorded) => {
  it('computes what Keras computes, gradients too', () => {
    const { layer, runner } = prepared(recorded)
    const { shape, result } = run(recorded, layer, runner)
    expect(shape).toEqual(recorded.output.shape)
    expectClose(result.y as Float32Array, recorded.output.data, 1e-5)
    const wanted = [recorded.gradInput, ...recorded.gradWeights]
    wanted.forEach(({ data }, i) => {
      expectEachClose(result[`grad${i}`] as Float32Array, data, 1e-4, 1e-5)
    })
  })

  it('has the weights of Keras', () => {
    const { layer, runner } = prepared(recorded)
    expect(layer.variables.map((v) => [v.name, v.shape])).toEqual(
      recorded.weights.map((w) => [w.name, w.shape]),
    )
    layer.variables.forEach((variable, i) => {
      if (variable.name === 'count') return
      expectClose(runner.read(variable), (recorded.weights[i] as Recorded).data, 1e-6)
    })
  })

  it('comes back from its JSON form', () => {
    const { layer } = prepared(recorded)
    const config = JSON.parse(JSON.stringify(layer.config()))
    expect(layerFromConfig(layer.type, config).config()).toEqual(layer.config())
  })
})

describe('layers', () => {
  it('keep name, inputShape and trainable in their full config', () => {
    const layer = layers.dense({ units: 2, name: 'a', inputShape: [3], trainable: false })
    const again = layerFromConfig('dense', layer.fullConfig())
    expect(again.fullConfig()).toEqual(layer.fullConfig())
    expect(again).toMatchObject({ name: 'a', inputShape: [3], trainable: false })
  })

  it('reject an inputShape that is no shape', () => {
    for (const inputShape of [784, [0], [null, 3]] as unknown as number[][]) {
      expect(() => layers.dense({ units: 2, name: 'a', inputShape })).toThrow(
        'dense "a": inputShape must be an array of positive whole numbers, without the batch axis',
      )
    }
  })

  it('are suggested where a name is near', () => {
    expect(() => layerFromConfig('Dense', {})).toThrow("Did you mean 'dense'?")
  })

  it('of your own can be registered', () => {
    class Doubling extends Layer {
      readonly type = 'doubling'
      call(x: SymbolicTensor) {
        return ops.mul(x, 2)
      }
      config() {
        return {}
      }
    }
    registerLayer('doubling', (config) => new Doubling(config))
    expect(layerFromConfig('doubling', { name: 'twice' })).toMatchObject({ name: 'twice' })
    expect(() => registerLayer('dense', () => new Doubling())).toThrow('give yours another type')
  })
})

/** The layer built for `shape` (`[null, ...]`), called on a graph without numbers. */
const shapeOfCall = (layer: Layer, built: BatchShape, given: readonly number[]) => {
  new Runner()
  layer.build(built)
  const graph = new Graph()
  return layer.call(graph.input('x', 'float32', given), passOver(graph)).shape
}

describe('a wrong input names the layer, both shapes and the fix', () => {
  it.each([
    [
      layers.dense({ units: 2, name: 'a' }),
      [null, 3],
      [4, 5],
      /dense "a".*\[batch, ..., 3\].*\[4, 5\]/,
    ],
    [
      layers.reshape({ targetShape: [5] }),
      [null, 3],
      [4, 3],
      /reshape: cannot make .*\[5\].*\[batch, 3\]/,
    ],
    [layers.input({ shape: [3] }), [null, 3], [4, 2], /input: expected .*\[batch, 3\].*\[4, 2\]/],
    [
      layers.rescaling({ scale: [1, 2] }),
      [null, 3],
      [4, 3],
      /rescaling: .*\[batch, ..., 2\].*\[4, 3\]/,
    ],
    [layers.normalization(), [null, 3], [4, 2], /normalization: .*\[batch, 3\].*\[batch, 2\]/],
  ] as const)('%#', (layer, built, given, message) => {
    expect(() => shapeOfCall(layer, built, given)).toThrow(
      expect.objectContaining({ code: 'shape', message: expect.stringMatching(message) }),
    )
  })
})
