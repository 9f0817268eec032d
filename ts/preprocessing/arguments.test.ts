// Options that no preprocessing takes: each is a typed error that names it and the option.

import { describe } from 'vitest'
import { COUNT, FLAG, NAME, refuse, STRING, WHOLE } from '../testing/arguments.ts'
import * as preprocessing from './index.ts'

const vocabulary = [3, 'nonsense', {}, [3], ['a', 'a']]
const idfWeights = ['nonsense', {}, [Number.NaN], ['1']]

describe('options are refused', () => {
  refuse(preprocessing, {
    hashing: {
      least: { numBins: 3 },
      wrong: { numBins: COUNT, maskValue: [{}, true], salt: WHOLE, outputMode: NAME },
    },
    stringLookup: {
      wrong: {
        maxTokens: COUNT,
        numOovIndices: WHOLE,
        maskToken: STRING,
        oovToken: STRING,
        vocabulary,
        idfWeights,
        invert: FLAG,
        outputMode: NAME,
        padToMaxTokens: FLAG,
      },
    },
    textVectorization: {
      wrong: {
        maxTokens: COUNT,
        standardize: NAME,
        split: NAME,
        ngrams: [...COUNT, [0], ['2']],
        outputMode: NAME,
        outputSequenceLength: COUNT,
        padToMaxTokens: FLAG,
        vocabulary,
        idfWeights,
      },
    },
  })
})
