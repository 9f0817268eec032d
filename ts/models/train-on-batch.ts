// One training step on samples that are given with the call.

import type { Logs } from '../callbacks/callback.ts'
import type { ClassWeight } from './class-weight.ts'
import { rateAt } from './fit/training.ts'
import type { Live } from './live.ts'
import { checkOptions } from './options.ts'
import { trainPrograms } from './programs.ts'
import { inOrder } from './readers.ts'
import { countOf, FedRows } from './rows.ts'
import { samplesOf } from './samples.ts'
import type { Inputs } from './several.ts'
import { Totals } from './totals.ts'
import { stagesOf } from './walk.ts'

export interface TrainOnBatchOptions {
  /** One weight a sample: [N]. */
  sampleWeight?: Inputs
  /** Weight by class number; what is not named has weight 1. */
  classWeight?: ClassWeight
}

/** Trains on all of x as one batch. Resolves to loss and metrics before the step. */
export const trainOnBatch = (
  live: Live,
  x: Inputs,
  y: Inputs,
  options: TrainOnBatchOptions,
): Promise<Logs> =>
  live.exclusively('trainOnBatch', async () => {
    checkOptions('trainOnBatch', options, ['sampleWeight', 'classWeight'])
    const model = live.trained('trainOnBatch')
    const samples = samplesOf(live, { x, y, ...options }, 'trainOnBatch')
    const rows = new FedRows(samples)
    const batch = countOf(samples)
    const { store } = live
    // Workers that died since are noticed here, before the number of the step is read.
    await store.attach()
    await live.ready()
    const { lives } = store
    const { programs } = live.programs.get(`train 1 ${batch} ${rows.key}`, () =>
      trainPrograms(model, rows, batch, 1, live.gradientSlots),
    )
    const { seed, position } = store
    const rate = (step: number): number => rateAt(model.compiled.optimizer, step)
    const stretch = { rows, order: inOrder(batch), steps: 1 }
    const stages = stagesOf(programs, stretch, { seed, step: position.step, rate })
    const result = await store.session.run({ steps: 1, stages })
    live.mustHaveLived(lives)
    store.position = { ...store.position, step: store.position.step + 1 }
    await store.copyIfDue()
    const totals = new Totals(model.compiled)
    totals.add(result, batch, 1)
    return totals.logs()
  })
