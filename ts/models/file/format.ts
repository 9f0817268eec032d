// How a model is written down: which tensors, under which names, and what stands in the metadata.
// It reads and writes no bytes.

import type { Json } from '../../layers/layer.ts'
import type { Saved } from '../../saved.ts'

export const FORMAT = 'gradloom'
/** Models of layers in a row with one loss, as the first files had them; and all others. */
export const PLAIN_VERSION = '1'
export const FORMAT_VERSION = '2'

/** Tensors beside the weights; three parts, so that no `layer/variable` is in the way. */
export const SEED = 'training/position/seed'
export const STEP = 'training/position/step'
export const EPOCHS = 'training/position/epochs'

/** What begins the names of tensors that callbacks keep in a backup. */
export const CALLBACKS = 'training/callbacks/'

/** `model` in the metadata; the rest is what a network of the type says. */
export type Topology = Saved['config'] & { readonly type: string; readonly name: string }

export interface SavedMetric extends Saved {
  readonly weighted: boolean
  /** Number of its output. Default 0. */
  readonly output?: number
}

/** `compile` in the metadata. */
export interface Compilation {
  readonly optimizer: Saved
  readonly loss?: Saved
  /** One for each output, where there are several. */
  readonly losses?: readonly (Saved | null)[]
  readonly lossWeights?: readonly number[]
  readonly metrics: readonly SavedMetric[]
}

/** `history` in the metadata. */
export interface SavedHistory {
  readonly epochs: readonly {
    readonly epoch: number
    readonly logs: { readonly [k: string]: Json }
  }[]
  /** Shards of the last `fit`; null before there was one. */
  readonly shards: number | null
}

/** JSON has no NaN and no infinity: they are written as strings. */
export const numberToJson = (x: number): Json => (Number.isFinite(x) ? x : String(x))

/** Numbers of a history, back from JSON; `undefined` for anything else. */
export const numberFromJson = (x: unknown): number | undefined => {
  if (typeof x === 'number') return x
  return x === 'NaN' || x === 'Infinity' || x === '-Infinity' ? Number(x) : undefined
}
