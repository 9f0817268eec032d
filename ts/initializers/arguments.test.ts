// Options that no initializer takes: each is a typed error that names the initializer and the
// option.

import { describe } from 'vitest'
import { NAME, NOT_NEGATIVE, NUMBER, POSITIVE, refuse } from '../testing/arguments.ts'
import * as initializers from './index.ts'

const none = { wrong: {} }
const normal = { wrong: { mean: NUMBER, stddev: NOT_NEGATIVE } }

describe('options are refused', () => {
  refuse(initializers, {
    constant: { wrong: { value: NUMBER } },
    glorotNormal: none,
    glorotUniform: none,
    heNormal: none,
    heUniform: none,
    identity: { wrong: { gain: NUMBER } },
    lecunNormal: none,
    lecunUniform: none,
    ones: none,
    orthogonal: { wrong: { gain: NUMBER } },
    randomNormal: normal,
    randomUniform: { wrong: { minval: [1, ...NUMBER], maxval: [-1, ...NUMBER] } },
    stft: {
      wrong: {
        side: NAME,
        window: ['hanning', 3, [1, Number.NaN]],
        scaling: NAME,
        periodic: ['yes', 1],
      },
    },
    truncatedNormal: normal,
    varianceScaling: { wrong: { scale: POSITIVE, mode: NAME, distribution: NAME } },
    zeros: none,
  })
})
