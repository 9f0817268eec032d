// Options that no callback takes: each is a typed error that names the callback and the option.

import { describe } from 'vitest'
import {
  BELOW_ONE,
  COUNT,
  FLAG,
  NAME,
  NOT_NEGATIVE,
  NUMBER,
  refuse,
  STRING,
  WHOLE,
} from '../testing/arguments.ts'
import * as callbacks from './index.ts'

const every = COUNT.filter((value) => typeof value !== 'string')
const watch = { monitor: STRING, mode: NAME }
const hook = [3, 'nonsense', {}]

describe('options are refused', () => {
  const { learningRateScheduler, ...factories } = callbacks
  refuse(
    {
      ...factories,
      learningRateScheduler: ({ schedule }: { schedule: (epoch: number) => number }) =>
        learningRateScheduler(schedule),
    },
    {
      backupAndRestore: {
        least: { path: 'a' },
        wrong: { path: STRING, saveFreq: [...every, 'batch'], deleteCheckpoint: FLAG },
      },
      csvLogger: {
        least: { filename: 'a' },
        wrong: { filename: STRING, separator: ['', ...STRING], append: FLAG },
      },
      earlyStopping: {
        wrong: {
          ...watch,
          minDelta: NUMBER,
          patience: WHOLE,
          baseline: NUMBER,
          restoreBestWeights: FLAG,
          startFromEpoch: WHOLE,
        },
      },
      history: { wrong: { epoch: [3, {}], history: [{ loss: 3 }] } },
      lambdaCallback: {
        wrong: {
          name: STRING,
          guard: FLAG,
          state: hook,
          restore: hook,
          onTrainBegin: hook,
          onTrainEnd: hook,
          onEpochBegin: hook,
          onEpochEnd: hook,
          onTestBegin: hook,
          onTestEnd: hook,
          onBatchBegin: hook,
          onBatchEnd: hook,
          onProgress: hook,
        },
      },
      learningRateScheduler: { least: { schedule: () => 1 }, wrong: { schedule: hook } },
      modelCheckpoint: {
        least: { filepath: 'a' },
        beside: { saveBestOnly: true },
        wrong: {
          ...watch,
          filepath: ['{', ...STRING],
          saveBestOnly: FLAG,
          saveFreq: [...every, 'batch'],
          initialValueThreshold: NUMBER,
        },
      },
      progress: {
        wrong: { style: NAME, output: [3, 'nonsense', {}], now: hook },
      },
      reduceLROnPlateau: {
        wrong: {
          ...watch,
          factor: [0, ...BELOW_ONE],
          patience: WHOLE,
          minDelta: NUMBER,
          cooldown: WHOLE,
          minLearningRate: NOT_NEGATIVE,
        },
      },
      swapEmaWeights: { wrong: { swapOnEpoch: FLAG } },
      tensorBoard: {
        wrong: {
          logDir: STRING,
          histogramFreq: WHOLE,
          writeImages: FLAG,
          updateFreq: [...every, 'step'],
        },
      },
      terminateOnNaN: { wrong: { raiseError: FLAG } },
    },
  )
})
