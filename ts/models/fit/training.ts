// What callbacks see of a `fit`: the position, the learning rate, snapshots, saving, and the way to
// stop.

import type { Snapshot, Training } from '../../callbacks/callback.ts'
import { GradloomError } from '../../errors.ts'
import type { Optimizer } from '../../optimizers/optimizer.ts'
import { saveModel } from '../file/save.ts'
import type { Live } from '../live.ts'

/** Learning rate of a step. */
export const rateAt = ({ learningRate }: Optimizer, step: number): number =>
  typeof learningRate === 'number' ? learningRate : learningRate.at(step)

/** What a `fit` tells of itself. */
export interface Course {
  readonly epochs: number
  readonly stepsPerEpoch: number | undefined
  readonly batchSize: number
  readonly stopped: boolean
  stop(reason?: string): void
}

const setRate = (optimizer: Optimizer, rate: number): void => {
  if (typeof optimizer.learningRate === 'number') {
    optimizer.learningRate = rate
    return
  }
  throw new GradloomError(
    'argument',
    `learningRate: the optimizer '${optimizer.type}' has the schedule ` +
      `'${optimizer.learningRate.type}', so no callback can set the rate; use one or the other.`,
    { subject: 'learningRate' },
  )
}

const swapAverages = (live: Live, { type, cadence }: Optimizer): Promise<void> => {
  if (cadence?.config.useEma) return live.swapAverages()
  throw new GradloomError(
    'argument',
    `swapEmaWeights: the optimizer '${type}' keeps no means; give it useEma: true.`,
    { subject: 'useEma' },
  )
}

export const trainingOf = (live: Live, optimizer: Optimizer, course: Course): Training => ({
  stop: (reason) => course.stop(reason),
  get stopped() {
    return course.stopped
  },
  get learningRate() {
    return rateAt(optimizer, live.store.position.step)
  },
  set learningRate(rate: number) {
    setRate(optimizer, rate)
  },
  get epochs() {
    return course.epochs
  },
  get stepsPerEpoch() {
    return course.stepsPerEpoch
  },
  get batchSize() {
    return course.batchSize
  },
  snapshot: () => live.store.snapshot(),
  restore: (snapshot: Snapshot) => live.store.set(snapshot),
  swapAverages: () => swapAverages(live, optimizer),
  get weightNames() {
    return new Map(live.network.placed.map(({ variable, path }) => [variable.key, path]))
  },
  get weightShapes() {
    return new Map(live.network.placed.map(({ variable }) => [variable.key, variable.shape]))
  },
  save: (path) => saveModel(live, path),
  warn: (message) => live.warn(message),
})
