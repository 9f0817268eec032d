// Losses by name: the literal union, Keras's short names, the lookup, and the JSON form.

import { badArgument } from '../checks.ts'
import type { SymbolicTensor } from '../graph.ts'
import type { Config } from '../layers/layer.ts'
import { choose } from '../names.ts'
import { fromSaved, unsaved } from '../saved.ts'
import type { BatchShape } from '../shape.ts'
import * as factories from './index.ts'
import type { Loss } from './loss.ts'

const aliases = {
  mse: factories.meanSquaredError,
  mae: factories.meanAbsoluteError,
  bce: factories.binaryCrossentropy,
  mape: factories.meanAbsolutePercentageError,
  msle: factories.meanSquaredLogarithmicError,
  kld: factories.klDivergence,
} as const

/** `'categoricalCrossentropy'`, `'mse'` … */
export type LossName = keyof typeof factories | keyof typeof aliases

/** yTrue, yPred: [B, ...] → one loss a sample: [B]. */
export type LossFunction = (yTrue: SymbolicTensor, yPred: SymbolicTensor) => SymbolicTensor

/** A name, a loss made by a factory or by yourself, or a function of f32 targets and outputs. */
export type LossSpec = LossName | Loss | LossFunction

const table: Readonly<Record<LossName, () => Loss>> = { ...factories, ...aliases }

const ofFunction = {
  type: 'loss',
  labels: 'float32',
  anyLabels: true,
  labelShape: (outputShape: BatchShape) => outputShape,
  config: () => unsaved('loss'),
} as const

/** The loss that a name stands for, with Keras's defaults. */
export const lossOf = (spec: LossSpec): Loss => {
  if (typeof spec === 'string') return choose('loss', spec, table)()
  if (typeof spec === 'function') return { ...ofFunction, call: spec }
  if (typeof spec?.call === 'function' && typeof spec.labelShape === 'function') return spec
  throw badArgument('compile', 'loss', spec, 'a name or a loss')
}

/** The loss that a saved file describes. */
export const lossFromConfig = (type: string, config: Config): Loss =>
  fromSaved<Loss>('loss', factories, type, config)
