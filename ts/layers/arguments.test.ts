// Options that no layer takes: each is a typed error that names the layer and the option.

import { beforeAll, describe, expect, it } from 'vitest'
import {
  BELOW_ONE,
  COUNT,
  FLAG,
  FRACTION,
  INITIALIZER,
  INTEGER,
  LIST,
  NAME,
  NOT_NEGATIVE,
  NUMBER,
  POSITIVE,
  refuse,
  STRING,
  WHOLE,
  type Wrong,
  weights,
} from '../testing/arguments.ts'
import { refusal } from '../testing/refusal.ts'
import { loadCore } from '../testing/run.ts'
import * as layers from './index.ts'
import type { LayerOptions } from './layer.ts'

beforeAll(() => void loadCore())

const every = {
  name: [...STRING, 'a/b'],
  trainable: FLAG,
  inputShape: [3, 'nonsense', {}, [0], [2.5], ['3'], [null, 3]],
  activityRegularizer: NAME,
  recompute: FLAG,
}

/** Counts for each axis: in an array, too, or of another length. */
const per = (one: Wrong): Wrong => [...one, [1, 2, 3, 4], [1, '1', 1], [Number.NaN]]
const PER_AXIS = per(COUNT)
const AXIS = [0, ...INTEGER]
const AXES = [...AXIS, ['1'], [0]]
const FACTOR: Wrong = [Number.NaN, 'nonsense', {}, ['0.1', 0.2], [0.1, 0.2, 0.3], [0.3, 0.1]]
const NUMBERS: Wrong = [Number.NaN, 'nonsense', {}, ['1'], [Number.NaN]]
const OTHER: Wrong = [3, 'nonsense', {}, []]

const plain = { wrong: every }
const spatial = { ...every, dataFormat: NAME }
const neuron = { ...every, activation: NAME, useBias: FLAG }
const windows = {
  ...neuron,
  dataFormat: NAME,
  kernelSize: PER_AXIS,
  strides: PER_AXIS,
  dilationRate: PER_AXIS,
  padding: NAME,
}
const filters = { ...windows, filters: COUNT }
const few = { filters: 2, kernelSize: 3 }
const conv = {
  least: few,
  wrong: { ...filters, groups: [3, ...COUNT], ...weights('kernel', 'bias') },
}
const causal = { ...conv, wrong: { ...conv.wrong, padding: [...NAME, 'causal'] } }
const transposed = {
  least: few,
  wrong: { ...filters, outputPadding: per(WHOLE), ...weights('kernel', 'bias') },
}
const depthwise = {
  least: { kernelSize: 3 },
  wrong: { ...windows, depthMultiplier: COUNT, ...weights('depthwise', 'bias') },
}
const separable = {
  least: few,
  wrong: { ...filters, depthMultiplier: COUNT, ...weights('depthwise', 'pointwise', 'bias') },
}
const pooling = { wrong: { ...spatial, poolSize: PER_AXIS, strides: PER_AXIS, padding: NAME } }
const adaptive = { least: { outputSize: 2 }, wrong: { ...spatial, outputSize: PER_AXIS } }
const global = { wrong: { ...spatial, keepdims: FLAG } }
const cropping = { wrong: { ...spatial, cropping: [...per(WHOLE), [[1, -1]]] } }
const padding = { wrong: { ...spatial, padding: [...per(WHOLE), [[1, -1]]] } }
const repeated = { wrong: { ...spatial, size: PER_AXIS } }
const rate = { least: { rate: 0.5 }, wrong: { ...every, rate: BELOW_ONE } }
const spatialRate = { least: { rate: 0.5 }, wrong: { ...spatial, rate: BELOW_ONE } }

const scaled = {
  ...every,
  epsilon: POSITIVE,
  center: FLAG,
  scale: FLAG,
  ...weights('gamma', 'beta'),
}
const scores = { ...every, dropout: BELOW_ONE, useCausalMask: FLAG, returnAttentionScores: FLAG }
const heads = {
  ...scores,
  useBias: FLAG,
  slidingWindow: COUNT,
  useGate: FLAG,
  ...weights('kernel', 'bias'),
}
const box = { least: { height: 2, width: 3 }, wrong: { ...every, height: COUNT, width: COUNT } }
const moved = { ...every, fillMode: NAME, fillValue: NUMBER, interpolation: NAME }

const drops = { dropout: BELOW_ONE, recurrentDropout: BELOW_ONE }
const cell = { ...neuron, units: COUNT, ...drops, ...weights('kernel', 'recurrent', 'bias') }
const gated = { ...cell, recurrentActivation: NAME }
const time = {
  returnSequences: FLAG,
  returnState: FLAG,
  goBackwards: FLAG,
  stateful: FLAG,
  batchSize: COUNT,
  unroll: FLAG,
  zeroOutputForMask: FLAG,
}
const units = { units: 2 }

describe('options are refused', () => {
  const { lambda, ...factories } = layers
  refuse(
    {
      ...factories,
      lambda: ({ body, ...options }: LayerOptions & { body: (x: never) => never }) =>
        lambda(body, options),
    },
    {
      activation: { least: { activation: 'relu' }, wrong: { ...every, activation: NAME } },
      activityRegularization: { wrong: { ...every, l1: NOT_NEGATIVE, l2: NOT_NEGATIVE } },
      adaptiveAveragePooling1d: adaptive,
      adaptiveAveragePooling2d: adaptive,
      adaptiveAveragePooling3d: adaptive,
      adaptiveMaxPooling1d: adaptive,
      adaptiveMaxPooling2d: adaptive,
      adaptiveMaxPooling3d: adaptive,
      add: plain,
      additiveAttention: { wrong: { ...scores, useScale: FLAG } },
      alphaDropout: rate,
      attention: { wrong: { ...scores, useScale: FLAG, scoreMode: NAME } },
      average: plain,
      averagePooling1d: pooling,
      averagePooling2d: pooling,
      averagePooling3d: pooling,
      batchNormalization: {
        wrong: {
          ...scaled,
          axis: AXIS,
          momentum: FRACTION,
          movingMeanInitializer: INITIALIZER,
          movingVarianceInitializer: INITIALIZER,
        },
      },
      bidirectional: {
        least: { layer: layers.lstm(units) },
        wrong: { ...every, layer: OTHER, backwardLayer: OTHER, mergeMode: NAME },
      },
      categoryEncoding: {
        least: { numTokens: 3 },
        wrong: { ...every, numTokens: COUNT, outputMode: NAME },
      },
      centerCrop: box,
      concatenate: { wrong: { ...every, axis: AXIS } },
      conv1d: conv,
      conv1dTranspose: transposed,
      conv2d: causal,
      conv2dTranspose: transposed,
      conv3d: causal,
      conv3dTranspose: transposed,
      convLSTM2D: {
        least: few,
        wrong: {
          ...neuron,
          ...drops,
          ...time,
          ...weights('kernel', 'recurrent', 'bias'),
          filters: COUNT,
          kernelSize: PER_AXIS,
          strides: PER_AXIS,
          dilationRate: PER_AXIS,
          padding: NAME,
          recurrentActivation: NAME,
          unitForgetBias: FLAG,
        },
      },
      cropping1d: cropping,
      cropping2d: cropping,
      cropping3d: cropping,
      dense: { least: units, wrong: { ...neuron, units: COUNT, ...weights('kernel', 'bias') } },
      depthwiseConv1d: depthwise,
      depthwiseConv2d: depthwise,
      discretization: {
        least: { binBoundaries: [0, 1] },
        wrong: {
          ...every,
          binBoundaries: [...LIST, ['1'], [Number.NaN], [1, 0]],
          numBins: COUNT,
          epsilon: POSITIVE,
          outputMode: NAME,
        },
      },
      dot: { least: { axes: 1 }, wrong: { ...every, axes: [...AXIS, [1, 2, 3]], normalize: FLAG } },
      dropout: {
        ...rate,
        wrong: { ...rate.wrong, noiseShape: [...LIST, [1, 2], [null, 0], [null, '1']] },
      },
      einsumDense: {
        least: { equation: 'ab,bc->ac', outputShape: 3 },
        wrong: {
          ...every,
          equation: [...STRING, 'nonsense'],
          outputShape: [...COUNT, ['3'], [0]],
          activation: NAME,
          biasAxes: [...STRING, 'z'],
          ...weights('kernel', 'bias'),
        },
      },
      elu: { wrong: { ...every, alpha: NUMBER } },
      embedding: {
        least: { inputDim: 3, outputDim: 2 },
        wrong: {
          ...every,
          inputDim: COUNT,
          outputDim: COUNT,
          maskZero: FLAG,
          sparse: FLAG,
          ...weights('embeddings'),
        },
      },
      flatten: plain,
      gaussianDropout: rate,
      gaussianNoise: { least: { stddev: 1 }, wrong: { ...every, stddev: NOT_NEGATIVE } },
      globalAveragePooling1d: global,
      globalAveragePooling2d: global,
      globalAveragePooling3d: global,
      globalMaxPooling1d: global,
      globalMaxPooling2d: global,
      globalMaxPooling3d: global,
      groupNormalization: { wrong: { ...scaled, groups: [0, -2, ...INTEGER], axis: AXIS } },
      groupQueryAttention: {
        least: { headDim: 3, numQueryHeads: 4, numKeyValueHeads: 2 },
        wrong: {
          ...heads,
          headDim: COUNT,
          numQueryHeads: [3, ...COUNT],
          numKeyValueHeads: [3, ...COUNT],
        },
      },
      gru: { least: units, wrong: { ...gated, ...time, resetAfter: FLAG } },
      gruCell: { least: units, wrong: { ...gated, resetAfter: FLAG } },
      identity: plain,
      input: {
        least: { shape: [3] },
        wrong: { shape: every.inputShape, dtype: NAME, name: every.name },
      },
      integerLookup: {
        wrong: {
          ...every,
          maxTokens: COUNT,
          numOovIndices: WHOLE,
          maskToken: ['nonsense', {}, Number.NaN],
          oovToken: ['nonsense', {}, Number.NaN],
          vocabulary: [...LIST, ['a'], [1, 1]],
          idfWeights: NUMBERS,
          invert: FLAG,
          outputMode: NAME,
          padToMaxTokens: FLAG,
        },
      },
      lambda: { least: { body: (x: unknown) => x }, wrong: { ...every, body: OTHER } },
      layerNormalization: { wrong: { ...scaled, axis: AXES } },
      leakyRelu: { wrong: { ...every, negativeSlope: NOT_NEGATIVE } },
      lstm: { least: units, wrong: { ...gated, ...time, unitForgetBias: FLAG } },
      lstmCell: { least: units, wrong: { ...gated, unitForgetBias: FLAG } },
      masking: { wrong: { ...every, maskValue: NUMBER } },
      maxPooling1d: pooling,
      maxPooling2d: pooling,
      maxPooling3d: pooling,
      maximum: plain,
      minimum: plain,
      multiHeadAttention: {
        least: { numHeads: 2, keyDim: 3 },
        wrong: {
          ...heads,
          numHeads: COUNT,
          keyDim: COUNT,
          valueDim: COUNT,
          outputShape: [...COUNT, ['3'], [0]],
          attentionAxes: AXES,
        },
      },
      multiply: plain,
      normalization: {
        wrong: { ...every, axis: AXES, mean: NUMBERS, variance: [...NUMBERS, -1], invert: FLAG },
      },
      permute: { least: { dims: [2, 1] }, wrong: { ...every, dims: [...LIST, [1, 1], ['1']] } },
      prelu: { wrong: { ...every, sharedAxes: [...LIST, ['1'], [0]], ...weights('alpha') } },
      randomBrightness: {
        least: { factor: 0.2 },
        wrong: { ...every, factor: FACTOR, valueRange: [...LIST, [0], [1, 0], ['0', 1]] },
      },
      randomContrast: {
        least: { factor: 0.2 },
        wrong: {
          ...every,
          factor: [-0.1, 1.1, ...FACTOR.slice(0, -1)],
          valueRange: [...LIST, [0], [1, 0], ['0', 1]],
        },
      },
      randomCrop: box,
      randomFlip: { wrong: { ...every, mode: NAME } },
      randomRotation: { least: { factor: 0.2 }, wrong: { ...moved, factor: FACTOR } },
      randomTranslation: {
        least: { heightFactor: 0.2, widthFactor: 0.1 },
        wrong: { ...moved, heightFactor: FACTOR, widthFactor: FACTOR },
      },
      randomZoom: {
        least: { heightFactor: 0.2 },
        wrong: { ...moved, heightFactor: FACTOR, widthFactor: FACTOR },
      },
      relu: {
        wrong: {
          ...every,
          maxValue: NOT_NEGATIVE,
          negativeSlope: NOT_NEGATIVE,
          threshold: NOT_NEGATIVE,
        },
      },
      repeatVector: { least: { n: 2 }, wrong: { ...every, n: COUNT } },
      rescaling: { least: { scale: 2 }, wrong: { ...every, scale: NUMBERS, offset: NUMBERS } },
      reshape: {
        least: { targetShape: [3] },
        wrong: { ...every, targetShape: [...LIST, [0], [-1, -1], ['3']] },
      },
      resizing: {
        ...box,
        wrong: {
          ...box.wrong,
          interpolation: NAME,
          cropToAspectRatio: FLAG,
          padToAspectRatio: FLAG,
          fillValue: NUMBER,
        },
      },
      rmsNormalization: { wrong: { ...every, axis: AXES, epsilon: POSITIVE } },
      rnn: {
        least: { cell: layers.lstmCell(units) },
        wrong: { ...every, ...time, cell: [...OTHER, [3], layers.dense(units)] },
      },
      separableConv1d: separable,
      separableConv2d: separable,
      simpleRNN: { least: units, wrong: { ...cell, ...time } },
      simpleRNNCell: { least: units, wrong: cell },
      softmax: { wrong: { ...every, axis: AXIS } },
      spatialDropout1d: spatialRate,
      spatialDropout2d: spatialRate,
      spatialDropout3d: spatialRate,
      spectralNormalization: {
        least: { layer: layers.dense(units) },
        wrong: { ...every, layer: OTHER, powerIterations: COUNT },
      },
      stackedRNNCells: {
        least: { cells: [layers.lstmCell(units)] },
        wrong: { ...every, cells: [...OTHER, [3], [layers.dense(units)]] },
      },
      subtract: plain,
      timeDistributed: {
        least: { layer: layers.dense(units) },
        wrong: { ...every, layer: OTHER },
      },
      unitNormalization: { wrong: { ...every, axis: AXES } },
      upSampling1d: repeated,
      upSampling2d: { wrong: { ...repeated.wrong, interpolation: NAME } },
      upSampling3d: repeated,
      zeroPadding1d: padding,
      zeroPadding2d: padding,
      zeroPadding3d: padding,
    },
  )

  it('with the name that the layer was given', () => {
    const call = () => layers.dense({ units: 2, name: 'a', activation: 'rely' as never })
    expect(call).toThrow(refusal('unknown-name', 'dense "a"', 'activation', "'relu'"))
  })
})
