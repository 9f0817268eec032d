// Options that no optimizer takes: each is a typed error that names the optimizer and the option.

import { describe } from 'vitest'
import {
  BELOW_ONE,
  COUNT,
  FLAG,
  FRACTION,
  LIST,
  NOT_NEGATIVE,
  NUMBER,
  POSITIVE,
  refuse,
} from '../testing/arguments.ts'
import * as optimizers from './index.ts'

const every = {
  learningRate: NOT_NEGATIVE,
  weightDecay: NOT_NEGATIVE,
  excludeFromWeightDecay: [...LIST, [3]],
  learningRateFactors: [3, ['bias'], { bias: -1 }, { bias: '1' }],
  clipValue: POSITIVE,
  clipNorm: POSITIVE,
  globalClipNorm: POSITIVE,
  gradientAccumulationSteps: [1, ...COUNT],
  useEma: FLAG,
  emaMomentum: BELOW_ONE,
  emaOverwriteFrequency: COUNT,
}

const moments = { ...every, beta1: BELOW_ONE, beta2: BELOW_ONE, epsilon: POSITIVE }
const adam = { ...moments, amsgrad: FLAG }

describe('options are refused', () => {
  refuse(optimizers, {
    adadelta: { wrong: { ...every, rho: FRACTION, epsilon: POSITIVE } },
    adafactor: {
      wrong: {
        ...every,
        beta2Decay: [0, 1, ...NUMBER],
        epsilon1: POSITIVE,
        epsilon2: POSITIVE,
        clipThreshold: POSITIVE,
      },
    },
    adagrad: { wrong: { ...every, initialAccumulatorValue: NOT_NEGATIVE, epsilon: POSITIVE } },
    adam: { wrong: adam },
    adamax: { wrong: moments },
    adamw: { wrong: adam },
    ftrl: {
      wrong: {
        ...every,
        learningRatePower: [1, ...NUMBER],
        initialAccumulatorValue: NOT_NEGATIVE,
        l1RegularizationStrength: NOT_NEGATIVE,
        l2RegularizationStrength: NOT_NEGATIVE,
        l2ShrinkageRegularizationStrength: NOT_NEGATIVE,
        beta: NOT_NEGATIVE,
      },
    },
    lamb: { wrong: moments },
    lion: { wrong: { ...every, beta1: FRACTION, beta2: FRACTION } },
    muon: {
      wrong: {
        ...every,
        adamWeightDecay: NOT_NEGATIVE,
        adamBeta1: BELOW_ONE,
        adamBeta2: BELOW_ONE,
        adamLrRatio: NOT_NEGATIVE,
        momentum: BELOW_ONE,
        nesterov: FLAG,
        nsSteps: COUNT,
        rmsRate: NOT_NEGATIVE,
        excludeLayers: [...LIST, [3]],
        excludeEmbeddings: FLAG,
        epsilon: POSITIVE,
      },
    },
    nadam: { wrong: moments },
    rmsprop: {
      wrong: {
        ...every,
        rho: BELOW_ONE,
        momentum: FRACTION,
        epsilon: POSITIVE,
        centered: FLAG,
      },
    },
    sgd: { wrong: { ...every, momentum: FRACTION, nesterov: FLAG } },
  })
})
