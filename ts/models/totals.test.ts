import { describe, expect, it } from 'vitest'
import type { Metric } from '../metrics/metric.ts'
import type { SessionResult } from '../runtime/session.ts'
import { Totals } from './totals.ts'

const metric = (name: string, result: Metric['result']): Metric => ({
  type: name,
  name,
  sums: (_, yPred) => yPred,
  result,
  config: () => ({}),
})

/** Two steps of two samples whose metrics have three sums and one. */
const result = {
  steps: 2,
  outputs: [
    {
      loss: Float32Array.of(1, 3),
      'metric 0': Float32Array.of(1, 2, 3, 10, 20, 30),
      'metric 1': Float32Array.of(4, 6),
    },
  ],
} as unknown as SessionResult

describe('Totals', () => {
  const metrics = [
    { key: 'a', metric: metric('a', (sums) => sums), weighted: false, output: 0 },
    { key: 'b', metric: metric('b', ([sum = 0]) => sum), weighted: false, output: 0 },
  ]

  it('adds sums of any length, and logs several numbers under several names', () => {
    const totals = new Totals({ metrics, lossKeys: new Map() })
    totals.add(result, 2, 1)
    expect(totals.logs('val_')).toEqual({
      val_loss: 2,
      val_a_0: 11,
      val_a_1: 22,
      val_a_2: 33,
      val_b: 10,
    })
  })
})
