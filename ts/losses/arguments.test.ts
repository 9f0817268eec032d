// Options that no loss takes: each is a typed error that names the loss and the option.

import { describe } from 'vitest'
import {
  FLAG,
  FRACTION,
  INTEGER,
  NAME,
  NOT_NEGATIVE,
  NUMBER,
  POSITIVE,
  refuse,
} from '../testing/arguments.ts'
import * as losses from './index.ts'

const every = { reduction: NAME }
const entropy = { ...every, fromLogits: FLAG, labelSmoothing: FRACTION }
const axis = [0, ...INTEGER]
const focal = { ...entropy, gamma: NOT_NEGATIVE }
const region = { ...every, axis: INTEGER }

describe('options are refused', () => {
  refuse(losses, {
    binaryCrossentropy: { wrong: entropy },
    binaryFocalCrossentropy: { wrong: { ...focal, alpha: FRACTION, applyClassBalancing: FLAG } },
    categoricalCrossentropy: { wrong: { ...entropy, axis } },
    categoricalFocalCrossentropy: {
      wrong: { ...focal, axis, alpha: [...NOT_NEGATIVE, [0.5, -1], [0.5, '1']] },
    },
    categoricalGeneralizedCrossEntropy: { wrong: { ...every, q: [0, 1, ...NUMBER] } },
    categoricalHinge: { wrong: every },
    circle: { wrong: { ...every, gamma: POSITIVE, margin: POSITIVE, removeDiagonal: FLAG } },
    cosineSimilarity: { wrong: { ...every, axis: INTEGER } },
    ctc: { wrong: every },
    dice: { wrong: region },
    hinge: { wrong: every },
    huber: { wrong: { ...every, delta: POSITIVE } },
    klDivergence: { wrong: every },
    logCosh: { wrong: every },
    meanAbsoluteError: { wrong: every },
    meanAbsolutePercentageError: { wrong: every },
    meanSquaredError: { wrong: every },
    meanSquaredLogarithmicError: { wrong: every },
    poisson: { wrong: every },
    sparseCategoricalCrossentropy: {
      wrong: { ...every, fromLogits: FLAG, ignoreClass: INTEGER, axis },
    },
    squaredHinge: { wrong: every },
    tversky: { wrong: { ...region, alpha: NOT_NEGATIVE, beta: NOT_NEGATIVE } },
  })
})
