// One batch of a data source: what a source may yield, made into tensors and checked. Rules between
// batches included; what the model expects is checked by the model.

import { GradloomError } from '../errors.ts'
import { showShape } from '../shape.ts'
import { asTensor, Tensor, type TensorLike } from '../tensor.ts'
import { checkLengths, checkNotEmpty } from './checks.ts'

/** x: [B, ...], y: [B, ...], sampleWeight: [B] */
export interface Batch {
  readonly x: Tensor
  readonly y?: Tensor
  readonly sampleWeight?: Tensor
}

/** What a source may yield for a batch: an object, or `[x, y]`, or `[x, y, sampleWeight]`. */
export type BatchLike =
  | {
      readonly x: TensorLike
      readonly y?: TensorLike | undefined
      readonly sampleWeight?: TensorLike | undefined
    }
  | readonly [x: TensorLike, y: TensorLike, sampleWeight?: TensorLike]

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

/** The parts by name, those that are there. */
const partsOf = (given: BatchLike): Record<string, TensorLike> => {
  if (!isObject(given) || given instanceof Tensor || ArrayBuffer.isView(given)) throw wrongForm()
  const { x, y, sampleWeight } = Array.isArray(given) ? fromArray(given) : (given as NamedParts)
  if (x === undefined) throw wrongForm()
  const parts = { x, y, sampleWeight }
  return Object.fromEntries(
    Object.entries(parts).filter((part): part is [string, TensorLike] => part[1] !== undefined),
  )
}

type NamedParts = Exclude<BatchLike, readonly unknown[]>

const fromArray = (given: readonly TensorLike[]): NamedParts => {
  const [x, y, sampleWeight] = given
  if (given.length < 2 || given.length > 3 || x === undefined) throw wrongForm()
  return { x, y, sampleWeight }
}

const wrongForm = (): GradloomError =>
  new GradloomError('argument', 'not { x, y, sampleWeight } and not [x, y] or [x, y, sampleWeight]')

/** Tensors of one length; at least one sample. */
export const toBatch = (given: BatchLike): Batch => {
  const parts: Record<string, Tensor> = {}
  for (const [name, part] of Object.entries(partsOf(given))) {
    const made = asTensor(part)
    if (made.shape.length === 0) throw new GradloomError('shape', `${name} is a single number`)
    parts[name] = made
  }
  const batch = parts as unknown as Batch
  checkLengths(parts)
  checkNotEmpty(batch.x, 'x')
  const weights = batch.sampleWeight?.shape
  if (weights && weights.length !== 1) {
    throw new GradloomError('shape', `sampleWeight has shape ${showShape(weights)}, not [batch]`)
  }
  return batch
}

/** Same parts, same shapes and dtypes as the first batch, but for the number of samples. */
export const checkLikeFirst = (batch: Batch, first: Batch): void => {
  for (const name of ['x', 'y', 'sampleWeight'] as const) {
    const [now, before] = [describe(batch[name]), describe(first[name])]
    if (now === before) continue
    throw new GradloomError('shape', `${name} is ${now}, but in batch 0 it was ${before}`)
  }
}

const describe = (part: Tensor | undefined): string =>
  part ? `${part.dtype} ${showShape([null, ...part.shape.slice(1)])}` : 'missing'
