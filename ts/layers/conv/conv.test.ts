import { describe, expect, it } from 'vitest'
import { Graph, type SymbolicTensor } from '../../graph.ts'
import type { BatchShape } from '../../shape.ts'
import { refusal } from '../../testing/refusal.ts'
import { passOver, Runner } from '../../testing/run.ts'
import * as layers from '../index.ts'
import type { Layer } from '../layer.ts'

/** The layer called on a graph without numbers. */
const called = (layer: Layer, shape: readonly number[]): SymbolicTensor => {
  new Runner()
  layer.build([null, ...shape.slice(1)])
  const graph = new Graph()
  return layer.call(graph.input('x', 'float32', shape), passOver(graph))
}

const build = (layer: Layer, shape: BatchShape) => () => layer.build(shape)

describe('convolution layers refuse, by name,', () => {
  const two = { filters: 2, kernelSize: 3, name: 'a' }
  it.each([
    [() => layers.conv2d({ ...two, filters: 0 }), ['conv2d "a": filters', 'it is 0']],
    [() => layers.conv2d({ ...two, kernelSize: [3] }), ['kernelSize', 'array of 2', '[3]']],
    [() => layers.conv2d({ ...two, kernelSize: [3, 0] }), ['kernelSize', '[3,0]']],
    [() => layers.conv1d({ ...two, strides: 0 }), ['conv1d "a": strides']],
    [() => layers.conv3d({ ...two, dilationRate: 1.5 }), ['conv3d "a": dilationRate']],
    [() => layers.conv2d({ ...two, padding: 'causal' }), ['padding', 'causal']],
    [() => layers.conv2d({ ...two, padding: 'full' as 'same' }), ['padding', 'full']],
    [() => layers.conv2d({ ...two, groups: 0 }), ['groups']],
    [() => layers.conv2d({ ...two, filters: 5, groups: 2 }), ['filters', 'multiple of groups: 2']],
    [
      () => layers.conv2d({ ...two, dataFormat: 'NCHW' as 'channelsLast' }),
      ['data format', 'NCHW'],
    ],
    [
      () => layers.conv1dTranspose({ ...two, strides: 2, outputPadding: 2 }),
      ['conv1dTranspose "a": outputPadding', 'less than strides'],
    ],
    [() => layers.depthwiseConv2d({ kernelSize: 2, depthMultiplier: 0 }), ['depthMultiplier']],
    [() => layers.separableConv1d({ ...two, depthMultiplier: -1 }), ['depthMultiplier']],
    [() => layers.maxPooling2d({ poolSize: 0, name: 'a' }), ['maxPooling2d "a": poolSize']],
    [() => layers.averagePooling1d({ strides: [1, 2] }), ['strides', 'array of 1']],
    [() => layers.adaptiveMaxPooling2d({ outputSize: [2] }), ['outputSize']],
    [() => layers.globalMaxPooling1d({ keepdims: 1 as unknown as true }), ['keepdims']],
  ])('%#', (make, words) => {
    expect(make).toThrow(
      refusal(words[0]?.match(/^(padding|data)/) ? 'unknown-name' : 'argument', ...words),
    )
  })

  it('inputs with other axes, channels or sizes', () => {
    const conv = () => layers.conv2d({ ...two })
    expect(build(conv(), [null, 28, 28])).toThrow(
      refusal('shape', 'conv2d "a"', '[batch, height, width, channels]', '[batch, 28, 28]'),
    )
    expect(build(layers.conv2d({ ...two, groups: 2 }), [null, 5, 5, 3])).toThrow(
      refusal('shape', 'conv2d "a"', '3 input channels', '2 groups'),
    )
    expect(() => called(conv(), [1, 2, 5, 1])).toThrow(
      refusal(
        'shape',
        'conv2d "a"',
        'window of 3',
        '2 elements along axis 1 of [batch, 2, 5, 1]',
        "padding: 'same'",
      ),
    )
    expect(() => called(layers.maxPooling1d({ poolSize: 4 }), [1, 3, 2])).toThrow(
      refusal('shape', 'maxPooling1d', 'window of 4', '3 elements'),
    )
    const built = conv()
    built.build([null, 5, 5, 3])
    const graph = new Graph()
    const x = graph.input('x', 'float32', [1, 5, 5, 4])
    expect(() => built.call(x, passOver(graph))).toThrow(refusal('shape', '3 channels', 'given 4'))
  })
})

describe('convolution layers', () => {
  it('say that they are not built', () => {
    new Runner()
    const graph = new Graph()
    const x = graph.input('x', 'float32', [1, 5, 5, 4])
    const conv = layers.conv2d({ filters: 1, kernelSize: 1 })
    expect(() => conv.call(x, passOver(graph))).toThrow(refusal('not-built', 'conv2d'))
  })

  it('have the sizes of Keras', () => {
    const same = { filters: 3, kernelSize: 3, padding: 'same' } as const
    expect(called(layers.conv2d({ ...same, strides: 2 }), [2, 7, 8, 1]).shape).toEqual([2, 4, 4, 3])
    expect(called(layers.conv1d({ ...same, padding: 'causal' }), [2, 7, 4]).shape).toEqual([
      2, 7, 3,
    ])
    const up = layers.conv2dTranspose({ ...same, strides: [2, 3] })
    expect(called(up, [1, 4, 5, 2]).shape).toEqual([1, 8, 15, 3])
    const first = layers.conv2d({ ...same, dataFormat: 'channelsFirst' })
    expect(called(first, [2, 5, 6, 7]).shape).toEqual([2, 3, 6, 7])
    expect(first.variables.map((v) => v.shape)).toEqual([[3, 3, 5, 3], [3]])
  })

  it('may have strides and dilations together', () => {
    const both = layers.conv1d({ filters: 1, kernelSize: 2, strides: 2, dilationRate: 3 })
    expect(called(both, [1, 9, 2]).shape).toEqual([1, 3, 1])
  })
})
