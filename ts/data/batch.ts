// One batch of a data source: what a source may yield, made into tensors and checked. Rules between
// batches included; what the model expects is checked by the model.

import { GradloomError } from '../errors.ts'
import { showShape } from '../shape.ts'
import { Tensor, type TensorLike } from '../tensor.ts'
import { checkLengths, checkNotEmpty } from './checks.ts'
import { asTensors, type Several, tensorsIn } from './several.ts'

/** x: [B, ...], y: [B, ...], sampleWeight: [B] or [B, T]; each may be several for some models. */
export interface Batch<X extends Several<Tensor> = Tensor> {
  readonly x: X
  readonly y?: X
  readonly sampleWeight?: X
}

export type AnyBatch = Batch<Several<Tensor>>

type Data = Several<TensorLike>

/** What a source may yield for a batch: an object, or `[x, y]`, or `[x, y, sampleWeight]`. */
export type BatchLike =
  | {
      readonly x: Data
      readonly y?: Data | undefined
      readonly sampleWeight?: Data | undefined
    }
  | readonly [x: Data, y: Data, sampleWeight?: Data]

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

/** The parts by name, those that are there. */
const partsOf = (given: BatchLike): Record<string, Data> => {
  if (!isObject(given) || given instanceof Tensor || ArrayBuffer.isView(given)) throw wrongForm()
  const { x, y, sampleWeight } = Array.isArray(given) ? fromArray(given) : (given as NamedParts)
  if (x === undefined) throw wrongForm()
  const parts = { x, y, sampleWeight }
  return Object.fromEntries(
    Object.entries(parts).filter((part): part is [string, Data] => part[1] !== undefined),
  )
}

type NamedParts = Exclude<BatchLike, readonly unknown[]>

const fromArray = (given: readonly Data[]): NamedParts => {
  const [x, y, sampleWeight] = given
  if (given.length < 2 || given.length > 3 || x === undefined) throw wrongForm()
  return { x, y, sampleWeight }
}

const wrongForm = (): GradloomError =>
  new GradloomError('argument', 'not { x, y, sampleWeight } and not [x, y] or [x, y, sampleWeight]')

/** Tensors of one length; at least one sample. */
export const toBatch = (given: BatchLike): AnyBatch => {
  const parts: Record<string, Several<Tensor>> = {}
  for (const [name, part] of Object.entries(partsOf(given))) parts[name] = asTensors(part)
  const all = Object.entries(parts).flatMap(([name, part]) => tensorsIn(name, part))
  for (const [name, { shape }] of all) {
    if (shape.length === 0) throw new GradloomError('shape', `${name} is a single number`)
  }
  checkLengths(Object.fromEntries(all))
  const batch = parts as unknown as AnyBatch
  checkNotEmpty((all[0] as [string, Tensor])[1], 'x')
  return batch
}

/** Same parts, same shapes and dtypes as the first batch, but for the number of samples. */
export const checkLikeFirst = (batch: AnyBatch, first: AnyBatch): void => {
  for (const name of ['x', 'y', 'sampleWeight'] as const) {
    const [now, before] = [describe(batch[name]), describe(first[name])]
    if (now === before) continue
    throw new GradloomError('shape', `${name} is ${now}, but in batch 0 it was ${before}`)
  }
}

const describe = (part: Several<Tensor> | undefined): string =>
  tensorsIn('', part)
    .map(([, { dtype, shape }]) => `${dtype} ${showShape([null, ...shape.slice(1)])}`)
    .join(', ') || 'missing'
