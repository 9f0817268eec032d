// Options that no schedule takes: each is a typed error that names the schedule and the option.

import { describe } from 'vitest'
import {
  COUNT,
  FLAG,
  LIST,
  NAME,
  NOT_NEGATIVE,
  NUMBER,
  POSITIVE,
  refuse,
  WHOLE,
} from '../testing/arguments.ts'
import * as schedules from './index.ts'

const falls = { initialLearningRate: NOT_NEGATIVE, decaySteps: POSITIVE }
const given = { initialLearningRate: 0.1, decaySteps: 10 }

describe('options are refused', () => {
  refuse(schedules, {
    cosineDecay: {
      least: given,
      wrong: {
        ...falls,
        alpha: NOT_NEGATIVE,
        warmupTarget: NOT_NEGATIVE,
        warmupSteps: WHOLE,
      },
    },
    cosineDecayRestarts: {
      least: { initialLearningRate: 0.1, firstDecaySteps: 10 },
      wrong: {
        initialLearningRate: NOT_NEGATIVE,
        firstDecaySteps: POSITIVE,
        tMul: POSITIVE,
        mMul: POSITIVE,
        alpha: NOT_NEGATIVE,
      },
    },
    exponentialDecay: {
      least: { ...given, decayRate: 0.5 },
      wrong: { ...falls, decayRate: POSITIVE, staircase: FLAG },
    },
    inverseTimeDecay: {
      least: { ...given, decayRate: 0.5 },
      wrong: { ...falls, decayRate: NOT_NEGATIVE, staircase: FLAG },
    },
    linearWarmup: {
      least: { warmupSteps: 3, learningRate: 0.1 },
      wrong: {
        warmupSteps: COUNT,
        learningRate: [...NOT_NEGATIVE, [0.1]],
        initialLearningRate: NOT_NEGATIVE,
      },
    },
    oneCycle: {
      least: { maxLearningRate: 0.1, totalSteps: 10 },
      wrong: {
        maxLearningRate: POSITIVE,
        totalSteps: COUNT,
        pctStart: [0, 1, ...NUMBER],
        annealStrategy: NAME,
        divFactor: POSITIVE,
        finalDivFactor: POSITIVE,
        threePhase: FLAG,
      },
    },
    piecewiseConstantDecay: {
      least: { boundaries: [5], values: [0.1, 0.01] },
      wrong: {
        boundaries: [...LIST, [-1], ['5'], [5, 5], [5, 9]],
        values: [...LIST, [0.1, -1], ['0.1', 1], [0.1]],
      },
    },
    polynomialDecay: {
      least: given,
      wrong: { ...falls, endLearningRate: NOT_NEGATIVE, power: POSITIVE, cycle: FLAG },
    },
    stepDecay: {
      least: { initialLearningRate: 0.1, stepSize: 3 },
      wrong: { initialLearningRate: NOT_NEGATIVE, stepSize: POSITIVE, gamma: POSITIVE },
    },
  })
})
