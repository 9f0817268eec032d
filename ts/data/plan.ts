// How many samples go into which batch. Arithmetic only.

import { GradloomError } from '../errors.ts'

/** One pass over the data: `full` batches of `size`, then one of `last` unless that is 0. */
export interface BatchPlan {
  readonly samples: number
  readonly size: number
  readonly full: number
  readonly last: number
  /** Batches in all. */
  readonly steps: number
}

/**
 * Batches for `samples` samples. A batch size over the number of samples makes one smaller batch.
 */
export const arraysToBatches = (samples: number, batchSize: number): BatchPlan => {
  if (!Number.isSafeInteger(batchSize) || batchSize < 1) {
    throw new GradloomError('argument', `batchSize: ${batchSize} is not a whole number above 0`)
  }
  const full = Math.floor(samples / batchSize)
  const last = samples - full * batchSize
  return { samples, size: batchSize, full, last, steps: full + (last > 0 ? 1 : 0) }
}

/**
 * Samples left for training when `validationSplit` takes its share from the end, as in Keras:
 * before any shuffling, ⌊n · (1 − split)⌋.
 */
export const trainingSamples = (samples: number, validationSplit: number): number => {
  const train = Math.floor(samples * (1 - validationSplit))
  if (validationSplit > 0 && validationSplit < 1 && train > 0 && train < samples) return train
  throw new GradloomError(
    'argument',
    `validationSplit: ${validationSplit} of ${samples} samples leaves nothing to train on or to ` +
      'validate with; use a fraction between 0 and 1 or more samples',
  )
}
