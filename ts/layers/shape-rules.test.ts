// Rules of shapes against the layers themselves: each shape below is checked by the compiler and
// when it runs. What the compiler refuses is in test/types.

import { beforeAll, describe, expect, it } from 'vitest'
import { input, layers } from '../index.ts'
import { refusal } from '../testing/refusal.ts'
import { loadCore } from '../testing/run.ts'
import type { FunctionalTensor } from './functional.ts'

beforeAll(() => {
  loadCore()
})

/** The shape that a layer gives is the one that the compiler knows: `S` must admit `shape`. */
const agrees = <S extends readonly number[]>(y: FunctionalTensor<S>, shape: NoInfer<S>): void =>
  expect(y.shape).toEqual([null, ...shape])

const row = () => input({ shape: [6] })
const steps = () => input({ shape: [8, 6] })
const image = () => input({ shape: [8, 6, 3] })
const volume = () => input({ shape: [4, 8, 6, 3] })

describe('rules of shapes agree with the layers', () => {
  it('that keep them', () => {
    const x = image()
    for (const layer of [
      layers.activation({ activation: 'relu' }),
      layers.batchNormalization(),
      layers.dropout({ rate: 0.1 }),
      layers.groupNormalization({ groups: 3 }),
      layers.layerNormalization(),
      layers.rmsNormalization(),
      layers.unitNormalization(),
      layers.rescaling({ scale: 2 }),
      layers.randomBrightness({ factor: 0.1 }),
      layers.randomContrast({ factor: 0.1 }),
      layers.randomFlip(),
      layers.randomRotation({ factor: 0.1 }),
      layers.randomTranslation({ heightFactor: 0.1, widthFactor: 0.1 }),
      layers.randomZoom({ heightFactor: 0.1 }),
      layers.relu(),
      layers.leakyRelu(),
      layers.elu(),
      layers.prelu(),
      layers.identity(),
      layers.activityRegularization(),
      layers.gaussianNoise({ stddev: 1 }),
      layers.gaussianDropout({ rate: 0.1 }),
      layers.alphaDropout({ rate: 0.1 }),
      layers.spatialDropout2d({ rate: 0.1 }),
      layers.normalization({ mean: 0, variance: 1 }),
    ]) {
      agrees(layer.apply(x), [8, 6, 3])
    }
    agrees(layers.masking().apply(steps()), [8, 6])
    agrees(layers.softmax().apply(steps()), [8, 6])
    agrees(layers.spatialDropout1d({ rate: 0.1 }).apply(steps()), [8, 6])
    agrees(layers.spatialDropout3d({ rate: 0.1 }).apply(volume()), [4, 8, 6, 3])
  })

  it('that change them', () => {
    agrees(layers.dense({ units: 4 }).apply(row()), [4])
    agrees(layers.dense({ units: 4 }).apply(steps()), [8, 4])
    agrees(layers.flatten().apply(row()), [6])
    agrees(layers.flatten().apply(image()), [144])
    agrees(layers.reshape({ targetShape: [-1, 4] }).apply(image()), [36, 4])
    agrees(layers.permute({ dims: [2, 1] }).apply(steps()), [6, 8])
    agrees(layers.repeatVector({ n: 5 }).apply(row()), [5, 6])
    agrees(layers.embedding({ inputDim: 9, outputDim: 2 }).apply(row()), [6, 2])
    agrees(layers.embedding({ inputDim: 9, outputDim: 2 }).apply(steps()), [8, 6, 2])
  })

  it('of convolution', () => {
    const options = { filters: 5, kernelSize: 3 } as const
    agrees(layers.conv1d(options).apply(steps()), [6, 5])
    agrees(layers.conv2d(options).apply(image()), [6, 4, 5])
    agrees(layers.conv3d(options).apply(volume()), [2, 6, 4, 5])
    agrees(layers.conv2d({ ...options, dataFormat: 'channelsFirst' }).apply(image()), [5, 4, 1])
    agrees(layers.conv1dTranspose(options).apply(steps()), [10, 5])
    agrees(layers.conv2dTranspose(options).apply(image()), [10, 8, 5])
    agrees(layers.conv3dTranspose(options).apply(volume()), [6, 10, 8, 5])
    agrees(layers.separableConv1d(options).apply(steps()), [6, 5])
    agrees(layers.separableConv2d(options).apply(image()), [6, 4, 5])
    agrees(layers.depthwiseConv1d({ kernelSize: 3 }).apply(steps()), [6, 6])
    agrees(layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2 }).apply(image()), [6, 4, 6])
  })

  it('of windows, with all that is written down', () => {
    const wide = () => input({ shape: [31, 14, 2] })
    const { conv1d, conv2d, conv3d, separableConv2d, maxPooling2d } = layers
    agrees(conv2d({ filters: 4, kernelSize: [5, 3], strides: [3, 2] }).apply(wide()), [9, 6, 4])
    agrees(conv2d({ filters: 4, kernelSize: 4, strides: 7 }).apply(wide()), [4, 2, 4])
    agrees(conv2d({ filters: 4, kernelSize: 3, dilationRate: [5, 2] }).apply(wide()), [21, 10, 4])
    agrees(conv1d({ filters: 4, kernelSize: 3, padding: 'causal' }).apply(steps()), [8, 4])
    agrees(conv3d({ filters: 4, kernelSize: 1, strides: 2 }).apply(volume()), [2, 4, 3, 4])
    agrees(separableConv2d({ filters: 4, kernelSize: 14 }).apply(wide()), [18, 1, 4])
    const same = { filters: 4, kernelSize: 3, padding: 'same', strides: 4 } as const
    agrees(conv2d(same).apply(wide()), [8, 4, 4])
    agrees(maxPooling2d({ poolSize: 3, strides: 2 }).apply(wide()), [15, 6, 2])
    agrees(maxPooling2d({ poolSize: [10, 7] }).apply(wide()), [3, 2, 2])
    agrees(maxPooling2d({ poolSize: 3, padding: 'same' }).apply(wide()), [11, 5, 2])
    agrees(layers.averagePooling1d().apply(input({ shape: [101, 3] })), [50, 3])
    // @ts-expect-error: the compiler knows better
    const wrong = () => agrees(maxPooling2d().apply(wide()), [15, 6, 2])
    expect(wrong).toThrow()
  })

  it('of pooling and resizing', () => {
    agrees(layers.maxPooling1d().apply(steps()), [4, 6])
    agrees(layers.averagePooling2d().apply(image()), [4, 3, 3])
    agrees(layers.maxPooling3d().apply(volume()), [2, 4, 3, 3])
    agrees(layers.maxPooling2d({ dataFormat: 'channelsFirst' }).apply(image()), [8, 3, 1])
    agrees(layers.adaptiveMaxPooling2d({ outputSize: 2 }).apply(image()), [2, 2, 3])
    agrees(layers.globalMaxPooling1d().apply(steps()), [6])
    agrees(layers.globalAveragePooling2d().apply(image()), [3])
    agrees(layers.globalAveragePooling2d({ keepdims: true }).apply(image()), [1, 1, 3])
    agrees(layers.zeroPadding2d().apply(image()), [10, 8, 3])
    agrees(layers.cropping1d().apply(steps()), [6, 6])
    agrees(layers.upSampling3d().apply(volume()), [8, 16, 12, 3])
    agrees(layers.resizing({ height: 5, width: 7 }).apply(image()), [5, 7, 3])
    agrees(layers.centerCrop({ height: 5, width: 4 }).apply(image()), [5, 4, 3])
    agrees(layers.randomCrop({ height: 5, width: 4 }).apply(image()), [5, 4, 3])
  })

  it('of time', () => {
    agrees(layers.simpleRNN({ units: 4 }).apply(steps()), [4])
    agrees(layers.gru({ units: 4, returnSequences: true }).apply(steps()), [8, 4])
    const layer = layers.lstm({ units: 4, returnSequences: true })
    agrees(layers.bidirectional({ layer }).apply(steps()), [8, 8])
    agrees(layers.bidirectional({ layer, mergeMode: 'sum' }).apply(steps()), [8, 4])
    agrees(layers.timeDistributed({ layer: layers.dense({ units: 2 }) }).apply(steps()), [8, 2])
    const embed = layers.embedding({ inputDim: 9, outputDim: 2 })
    agrees(layers.timeDistributed({ layer: embed }).apply(steps()), [8, 6, 2])
  })

  it('of several inputs', () => {
    const [a, b] = [steps(), layers.maxPooling1d({ strides: 1, padding: 'same' }).apply(steps())]
    agrees(layers.add().apply([a, b]), [8, 6])
    agrees(layers.multiply().apply([row(), row()]), [6])
    agrees(layers.maximum().apply([a, row()]), [8, 6])
    agrees(layers.concatenate().apply([a, b]), [8, 12])
    agrees(layers.concatenate({ axis: 1 }).apply([a, b]), [16, 6])
  })

  it('of attention', () => {
    const options = { numHeads: 2, keyDim: 3 } as const
    const [x, words] = [steps(), input({ shape: [5, 6] })]
    agrees(layers.multiHeadAttention(options).apply(x), [8, 6])
    agrees(layers.multiHeadAttention(options).apply([words, x]), [5, 6])
    agrees(layers.multiHeadAttention({ ...options, outputShape: 9 }).apply([words, x]), [5, 9])
    const grouped = layers.groupQueryAttention({
      headDim: 3,
      numQueryHeads: 2,
      numKeyValueHeads: 1,
    })
    agrees(grouped.apply([words, x]), [5, 6])
    const [y = x] = layers
      .multiHeadAttention({ ...options, returnAttentionScores: true })
      .apply([words, x])
    agrees(y, [5, 6])
  })

  it('that take no such input', () => {
    // @ts-expect-error: [height, width, channels]
    const flat = () => layers.conv2d({ filters: 2, kernelSize: 3 }).apply(steps())
    // @ts-expect-error: [steps, features]
    const recurrent = () => layers.lstm({ units: 2 }).apply(image())
    // @ts-expect-error: [height, width, channels]
    const pooling = () => layers.maxPooling2d().apply(row())
    // @ts-expect-error: [steps, features]
    const global = () => layers.globalMaxPooling1d().apply(image())
    // @ts-expect-error: [height, width, channels]
    const resizing = () => layers.resizing({ height: 2, width: 2 }).apply(volume())
    for (const call of [flat, recurrent, pooling, global, resizing]) {
      expect(call).toThrow(refusal('shape'))
    }
  })
})
