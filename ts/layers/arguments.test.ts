// Options of the wrong kind, for every factory of layers: a typed error that names the option.

import { beforeAll, describe, expect, it } from 'vitest'
import { refusal } from '../testing/refusal.ts'
import { loadCore } from '../testing/run.ts'
import * as layers from './index.ts'

beforeAll(() => void loadCore())

/** Least options of the factories that need some. */
const least: Readonly<Record<string, object>> = {
  conv1d: { filters: 2, kernelSize: 3 },
  conv2d: { filters: 2, kernelSize: 3 },
  conv2dTranspose: { filters: 2, kernelSize: 3 },
  convLSTM2D: { filters: 2, kernelSize: 3 },
  dense: { units: 2 },
  depthwiseConv2d: { kernelSize: 3 },
  dot: { axes: 1 },
  einsumDense: { equation: 'ab,bc->ac', outputShape: 3 },
  embedding: { inputDim: 3, outputDim: 2 },
  groupQueryAttention: { headDim: 3, numQueryHeads: 4, numKeyValueHeads: 2 },
  gru: { units: 2 },
  lstm: { units: 2 },
  multiHeadAttention: { numHeads: 2, keyDim: 3 },
  permute: { dims: [2, 1] },
  randomContrast: { factor: 0.2 },
  randomRotation: { factor: 0.2 },
  randomTranslation: { heightFactor: 0.2, widthFactor: 0.1 },
  resizing: { height: 4, width: 5 },
  separableConv2d: { filters: 2, kernelSize: 3 },
  simpleRNN: { units: 2 },
}

/** Option, a value that it cannot have, and the factories that have it. */
const wrong: readonly (readonly [string, unknown, readonly (keyof typeof layers)[]])[] = [
  ['activation', 3, ['dense', 'conv2d', 'einsumDense', 'gru', 'lstm', 'simpleRNN']],
  ['activation', 'nonsense', ['dense', 'separableConv2d', 'convLSTM2D']],
  ['recurrentActivation', 'nonsense', ['gru', 'lstm', 'convLSTM2D']],
  ['padding', 3, ['conv1d', 'conv2d', 'conv2dTranspose', 'maxPooling2d', 'convLSTM2D']],
  ['padding', 'causal', ['conv2d', 'averagePooling1d', 'depthwiseConv2d']],
  ['kernelInitializer', 3, ['dense', 'conv2d', 'gru', 'multiHeadAttention']],
  ['kernelInitializer', 'nonsense', ['dense', 'groupQueryAttention', 'einsumDense']],
  ['kernelRegularizer', 3, ['dense', 'lstm']],
  ['kernelConstraint', {}, ['dense', 'conv1d']],
  ['gammaInitializer', {}, ['batchNormalization', 'layerNormalization', 'groupNormalization']],
  ['embeddingsInitializer', Number.NaN, ['embedding']],
  ['sharedAxes', 'nonsense', ['prelu']],
  ['negativeSlope', -1, ['leakyRelu']],
  ['biasAxes', 3, ['einsumDense']],
  ['axes', {}, ['dot']],
  ['dims', 3, ['permute']],
  ['cropping', {}, ['cropping1d', 'cropping2d']],
  ['factor', {}, ['randomRotation', 'randomContrast']],
  ['heightFactor', {}, ['randomTranslation']],
  ['valueRange', [0, Number.NaN], ['randomContrast']],
  ['fillValue', Number.NaN, ['resizing', 'randomRotation', 'randomTranslation']],
  ['cropToAspectRatio', 1, ['resizing']],
  ['binBoundaries', 'nonsense', ['discretization']],
  ['vocabulary', 'nonsense', ['integerLookup']],
  ['maskToken', 'nonsense', ['integerLookup']],
  ['maxTokens', Number.NaN, ['integerLookup']],
]

describe.each(wrong)('%s: %o', (option, value, factories) => {
  it.each(factories)('is refused by %s', (name) => {
    // biome-ignore lint/performance/noDynamicNamespaceImportAccess: it is the name in the table
    const make = layers[name] as unknown as (options: object) => unknown
    const code = expect.stringMatching(/^(argument|unknown-name)$/)
    const call = () => make({ ...least[name], [option]: value })
    expect(call).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(option) }),
    )
  })
})

it('names the layer, too', () => {
  const call = () => layers.dense({ units: 2, name: 'a', activation: 'rely' as never })
  expect(call).toThrow(refusal('unknown-name', 'dense "a"', 'activation', "'relu'"))
})
