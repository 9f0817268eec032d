// CTC beside Keras's, whose gradient is JAX's, and in training.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sumAll } from '../composites/common.ts'
import { init, shutdown } from '../init.ts'
import { dense } from '../layers/dense.ts'
import { lstm } from '../layers/index.ts'
import { sequential } from '../models/sequential.ts'
import { adam } from '../optimizers/index.ts'
import { tensor } from '../tensor.ts'
import { expectClose, type Recorded, reference } from '../testing/reference.ts'
import { refusal } from '../testing/refusal.ts'
import { evaluate } from '../testing/run.ts'
import { ctc } from './ctc.ts'

const { cases } = reference<{
  cases: readonly { labels: Recorded; logits: Recorded; losses: Recorded; gradient: Recorded }[]
}>('ctc')

const run = (labels: Recorded, logits: Recorded) =>
  evaluate(
    { labels: { ...labels, dtype: 'int32' as const }, logits },
    ({ labels, logits }, graph) => {
      const losses = ctc().call(labels, logits)
      const [gradient = losses] = graph.gradients(sumAll(losses), [logits])
      return { losses, gradient }
    },
  )

describe('ctc', () => {
  beforeAll(() => init())
  afterAll(shutdown)

  it.each(cases.map((each) => [JSON.stringify(each.logits.shape), each] as const))(
    'is what Keras computes, with its gradient: %s',
    (_, { labels, logits, losses, gradient }) => {
      const found = run(labels, logits)
      expect(found.losses.shape).toEqual(losses.shape)
      expectClose(found.losses.data, losses.data, 1e-5)
      expectClose(found.gradient.data, gradient.data, 1e-4)
    },
  )

  it('of labels that do not fit is 1e30', () => {
    const { losses } = run(
      { shape: [1, 2], data: [1, 1] },
      { shape: [1, 2, 2], data: [0, 0, 0, 0] },
    )
    expect([...losses.data]).toEqual([Math.fround(1e30)])
  })

  it('trains on labels of any length', async () => {
    const model = sequential([
      lstm({ units: 8, returnSequences: true, inputShape: [6, 2] }),
      dense({ units: 3 }),
    ])
    model.compile({ optimizer: adam({ learningRate: 0.05 }), loss: 'ctc', seed: 1 })
    const data = Float32Array.from({ length: 48 }, (_, i) => Math.sin(i * i))
    const x = tensor(data, [4, 6, 2])
    const y = tensor(Int32Array.of(1, 2, 0, 2, 0, 0, 1, 1, 0, 2, 1, 2), [4, 3])
    const { history } = await model.fit(x, y, { epochs: 60, verbose: 0 })
    expect(history.loss?.at(-1)).toBeLessThan((history.loss?.[0] as number) / 10)
    const wrong = tensor(Int32Array.of(3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), [4, 3])
    await expect(model.fit(x, wrong, { verbose: 0 })).rejects.toThrow('3')
  })

  it('refuses outputs that are no sequence', () => {
    const model = sequential([dense({ units: 3, inputShape: [2] })])
    expect(() => model.compile({ loss: 'ctc' })).toThrow(
      refusal('shape', 'ctc: expects logits [batch, time, classes]'),
    )
  })
})
