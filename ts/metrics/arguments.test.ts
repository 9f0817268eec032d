// Options that no metric takes: each is a typed error that names the metric and the option.

import { describe } from 'vitest'
import {
  COUNT,
  FLAG,
  FRACTION,
  INTEGER,
  NAME,
  NUMBER,
  POSITIVE,
  refuse,
  STRING,
  WHOLE,
} from '../testing/arguments.ts'
import * as metrics from './index.ts'

const every = { name: STRING }
const plain = { wrong: every }
const counts = { wrong: { ...every, thresholds: [...FRACTION, [0.5, 2], ['0.5']] } }
const rates = { wrong: { ...counts.wrong, topK: COUNT, classId: WHOLE } }
const scores = { ...every, average: NAME, threshold: [0, 1.1, ...NUMBER] }
const entropy = { ...every, fromLogits: FLAG, labelSmoothing: FRACTION }
const targets = [3, 'nonsense', [-1], [9], ['1']]
const overlap = {
  ...every,
  numClasses: COUNT,
  ignoreClass: INTEGER,
  sparseYPred: FLAG,
  axis: INTEGER,
}
const both = { ...overlap, sparseYTrue: FLAG }
const best = { ...every, numThresholds: COUNT, classId: WHOLE }
const classes = { numClasses: 3 }
const some = { numClasses: 3, targetClassIds: [1] }

describe('options are refused', () => {
  refuse(metrics, {
    accuracy: plain,
    auc: {
      wrong: {
        ...every,
        numThresholds: [1, ...COUNT],
        curve: NAME,
        summationMethod: NAME,
        thresholds: ['nonsense', {}, [2], ['0.5']],
        multiLabel: FLAG,
        labelWeights: ['nonsense', {}, [-1], ['1']],
        fromLogits: FLAG,
      },
    },
    binaryAccuracy: { wrong: { ...every, threshold: NUMBER } },
    binaryCrossentropy: { wrong: entropy },
    binaryIoU: { wrong: { ...every, targetClassIds: targets, threshold: NUMBER } },
    categoricalAccuracy: plain,
    categoricalCrossentropy: { wrong: { ...entropy, axis: [0, ...INTEGER] } },
    categoricalHinge: plain,
    concordanceCorrelation: { wrong: { ...every, axis: INTEGER } },
    confusionMatrix: { least: classes, wrong: { ...every, numClasses: COUNT } },
    cosineSimilarity: { wrong: { ...every, axis: INTEGER } },
    f1Score: { wrong: scores },
    fBetaScore: { wrong: { ...scores, beta: POSITIVE } },
    falseNegatives: counts,
    falsePositives: counts,
    hinge: plain,
    iou: { least: some, wrong: { ...both, targetClassIds: targets } },
    klDivergence: plain,
    logCoshError: plain,
    mean: plain,
    meanAbsoluteError: plain,
    meanAbsolutePercentageError: plain,
    meanIoU: { least: classes, wrong: both },
    meanSquaredError: plain,
    meanSquaredLogarithmicError: plain,
    oneHotIoU: { least: some, wrong: { ...overlap, targetClassIds: targets } },
    oneHotMeanIoU: { least: classes, wrong: overlap },
    pearsonCorrelation: { wrong: { ...every, axis: INTEGER } },
    poisson: plain,
    precision: rates,
    precisionAtRecall: { least: { recall: 0.5 }, wrong: { ...best, recall: FRACTION } },
    r2Score: { wrong: { ...every, classAggregation: NAME, numRegressors: WHOLE } },
    recall: rates,
    recallAtPrecision: { least: { precision: 0.5 }, wrong: { ...best, precision: FRACTION } },
    rootMeanSquaredError: plain,
    sensitivityAtSpecificity: {
      least: { specificity: 0.5 },
      wrong: { ...best, specificity: FRACTION },
    },
    sparseCategoricalAccuracy: plain,
    sparseCategoricalCrossentropy: {
      wrong: { ...every, fromLogits: FLAG, ignoreClass: INTEGER, axis: [0, ...INTEGER] },
    },
    sparseTopKCategoricalAccuracy: { wrong: { ...every, k: COUNT } },
    specificityAtSensitivity: {
      least: { sensitivity: 0.5 },
      wrong: { ...best, sensitivity: FRACTION },
    },
    squaredHinge: plain,
    sum: plain,
    topKCategoricalAccuracy: { wrong: { ...every, k: COUNT } },
    trueNegatives: counts,
    truePositives: counts,
  })
})
