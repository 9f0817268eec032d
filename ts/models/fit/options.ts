// The options of `fit`, checked, with Keras's defaults.

import type { Callback } from '../../callbacks/callback.ts'
import { badArgument, positiveWhole, whole } from '../../checks.ts'
import type { BatchLike } from '../../data/batch.ts'
import type { Dataset } from '../../data/dataset.ts'
import type { ClassWeight } from '../class-weight.ts'
import { checkOptions } from '../options.ts'
import type { Inputs } from '../several.ts'

export interface FitOptions {
  /** Epochs in all, those before `initialEpoch` included. Default 1. */
  epochs?: number
  /** Samples a step; datasets of batches have their own. Default 32. */
  batchSize?: number
  /** Part of the samples, from the end, to validate with instead of training. Default 0. */
  validationSplit?: number
  /** `[x, y]`, `[x, y, sampleWeight]`, or a dataset; not trained on. */
  validationData?: BatchLike | Dataset
  /** Whether every epoch takes the samples in an order of its own. Default true. */
  shuffle?: boolean
  callbacks?: readonly Callback[]
  /** 0: nothing is shown; 1: a progress bar; 2: a line an epoch. Default `'auto'`: 1. */
  verbose?: 0 | 1 | 2 | 'auto'
  /** Weight by class number; what is not named has weight 1. */
  classWeight?: ClassWeight
  /**
   * One weight a sample, [N], or one for each place of the loss, such as [N, T]; for several
   * outputs each may have its own.
   */
  sampleWeight?: Inputs
  /** Number of the first epoch, to go on where an earlier run ended. Default 0. */
  initialEpoch?: number
  /** Ends training within one step when it fires; `fit` then rejects with an `aborted` error. */
  signal?: AbortSignal
  /**
   * Parts into which each batch is cut. The same number gives the same bits in every mode. Default:
   * that of the last `fit`, else the number of replicas, 1 where memory is shared.
   */
  shards?: number
}

const KNOWN: Readonly<{ [K in keyof Required<FitOptions>]: true }> = {
  epochs: true,
  batchSize: true,
  validationSplit: true,
  validationData: true,
  shuffle: true,
  callbacks: true,
  verbose: true,
  classWeight: true,
  sampleWeight: true,
  initialEpoch: true,
  signal: true,
  shards: true,
}

/** All options, where they have a default. */
export interface FitSettings {
  readonly epochs: number
  readonly batchSize: number
  readonly validationSplit: number
  readonly shuffle: boolean
  readonly callbacks: readonly Callback[]
  readonly verbose: 0 | 1 | 2
  readonly initialEpoch: number
  readonly signal: AbortSignal | undefined
  readonly shards: number | undefined
}

const checkedVerbose = (verbose: unknown): 0 | 1 | 2 => {
  if (verbose === 'auto') return 1
  if (verbose === 0 || verbose === 1 || verbose === 2) return verbose
  throw badArgument('fit', 'verbose', verbose, "0, 1, 2 or 'auto'")
}

const checkedSplit = (split: number): number => {
  if (typeof split === 'number' && split >= 0 && split < 1) return split
  throw badArgument('fit', 'validationSplit', split, 'a number from 0 to 1 (exclusive)')
}

const checkedCallbacks = (callbacks: readonly Callback[]): readonly Callback[] => {
  const isList = Array.isArray(callbacks)
  if (isList && callbacks.every((x) => typeof x === 'object' && x !== null)) return callbacks
  throw badArgument('fit', 'callbacks', callbacks, 'an array of callbacks')
}

const checkedSignal = (signal: AbortSignal | undefined): AbortSignal | undefined => {
  if (signal === undefined || typeof signal?.addEventListener === 'function') return signal
  throw badArgument('fit', 'signal', signal, 'the signal of an AbortController')
}

export const fitSettings = (options: FitOptions): FitSettings => {
  checkOptions('fit', options, Object.keys(KNOWN))
  const { epochs = 1, batchSize = 32, initialEpoch = 0, validationSplit = 0, shards } = options
  if (validationSplit > 0 && options.validationData !== undefined) {
    throw badArgument('fit', 'validationSplit', validationSplit, '0 beside validationData')
  }
  return {
    epochs: whole('fit', 'epochs', epochs),
    batchSize: positiveWhole('fit', 'batchSize', batchSize),
    validationSplit: checkedSplit(validationSplit),
    shuffle: options.shuffle ?? true,
    callbacks: checkedCallbacks(options.callbacks ?? []),
    verbose: checkedVerbose(options.verbose ?? 'auto'),
    initialEpoch: whole('fit', 'initialEpoch', initialEpoch),
    signal: checkedSignal(options.signal),
    shards: shards === undefined ? undefined : positiveWhole('fit', 'shards', shards),
  }
}
