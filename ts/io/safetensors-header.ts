// The header of a safetensors file: its strict reader, nothing about numbers. Every rule of the
// format is checked before any tensor is touched. Format: huggingface/safetensors, README "Format".

import { GradloomError } from '../errors.ts'
import { duplicateKey } from './duplicate-key.ts'

/** The format's own limit. */
export const MAX_HEADER_BYTES = 100_000_000

/** Bits of an element, by the format's names. */
const BITS: Readonly<Record<string, number>> = {
  F64: 64,
  F32: 32,
  F16: 16,
  BF16: 16,
  I64: 64,
  I32: 32,
  I16: 16,
  I8: 8,
  U64: 64,
  U32: 32,
  U16: 16,
  U8: 8,
  BOOL: 8,
  C64: 64,
  F8_E5M2: 8,
  F8_E4M3: 8,
  F8_E8M0: 8,
  F6_E2M3: 6,
  F6_E3M2: 6,
  F4: 4,
}

/** One tensor as the file stores it. */
export interface Entry {
  readonly name: string
  /** The format's name: `F32`, `I32`, … */
  readonly dtype: string
  readonly shape: readonly number[]
  /** Into the file's bytes, not into the part after the header. */
  readonly start: number
  readonly end: number
}

export interface Header {
  /** In the order of the bytes. */
  readonly entries: readonly Entry[]
  readonly metadata: ReadonlyMap<string, string>
}

/** Throws `file-format`; `file` and, where there is one, `tensor` are named. */
export const badFile = (file: string, problem: string, tensor?: string): GradloomError =>
  new GradloomError(
    'file-format',
    `${file}: ${tensor === undefined ? '' : `tensor "${tensor}": `}${problem}; ` +
      'the file is damaged or not a safetensors file',
    { subject: file },
  )

/** Reads and checks the header of `bytes`, a whole file; `file` is its name for messages. */
export const readHeader = (bytes: Uint8Array, file: string): Header => {
  const data = headerEnd(bytes, file)
  const header = parseHeader(bytes.subarray(8, data), file)
  const entries: Entry[] = []
  let metadata: ReadonlyMap<string, string> = new Map()
  for (const [name, value] of Object.entries(header)) {
    if (name === '__metadata__') metadata = readMetadata(value, file)
    else entries.push(readEntry(name, value, data, file))
  }
  entries.sort((a, b) => a.start - b.start || a.end - b.end)
  checkCover(entries, data, bytes.length, file)
  return { entries, metadata }
}

const headerEnd = (bytes: Uint8Array, file: string): number => {
  if (bytes.length < 8) throw badFile(file, `${bytes.length} bytes, too short for a header`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, 8)
  const length = view.getBigUint64(0, true)
  if (length > MAX_HEADER_BYTES)
    throw badFile(file, `a header of ${length} bytes is over the limit`)
  if (length > bytes.length - 8) {
    throw badFile(
      file,
      `the header should have ${length} bytes, the file has ${bytes.length - 8} left`,
    )
  }
  return 8 + Number(length)
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const parseHeader = (bytes: Uint8Array, file: string): Record<string, unknown> => {
  if (bytes[0] !== 0x7b) throw badFile(file, 'the header does not start with "{"')
  let text: string
  let header: unknown
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    header = JSON.parse(text)
  } catch (error) {
    throw badFile(file, `the header is not valid JSON (${(error as Error).message})`)
  }
  const twice = duplicateKey(text)
  if (twice !== undefined) throw badFile(file, `the header has the key "${twice}" twice`)
  if (!isObject(header)) throw badFile(file, 'the header is not an object')
  return header
}

const readMetadata = (value: unknown, file: string): ReadonlyMap<string, string> => {
  if (!isObject(value)) throw badFile(file, '__metadata__ is not an object')
  const pairs = Object.entries(value)
  const odd = pairs.find(([, text]) => typeof text !== 'string')
  if (odd) throw badFile(file, `__metadata__ "${odd[0]}" is not a string`)
  return new Map(pairs as [string, string][])
}

const isSize = (value: unknown): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0

const readEntry = (name: string, value: unknown, data: number, file: string): Entry => {
  if (!isObject(value)) throw badFile(file, 'its entry is not an object', name)
  const dtype = value.dtype
  if (typeof dtype !== 'string' || !Object.hasOwn(BITS, dtype)) {
    throw badFile(file, `no dtype ${JSON.stringify(dtype)}`, name)
  }
  const shape = value.shape
  if (!Array.isArray(shape) || !shape.every(isSize)) {
    throw badFile(file, 'its shape is not a list of sizes', name)
  }
  const [start, end] = readRange(value.data_offsets, name, file)
  checkLength(name, dtype, shape, end - start, file)
  return { name, dtype, shape, start: data + start, end: data + end }
}

const readRange = (value: unknown, name: string, file: string): [number, number] => {
  if (Array.isArray(value) && value.length === 2 && value.every(isSize)) {
    const [start, end] = value as [number, number]
    if (start <= end) return [start, end]
  }
  throw badFile(file, 'its data_offsets are not [start, end]', name)
}

const checkLength = (
  name: string,
  dtype: string,
  shape: readonly number[],
  length: number,
  file: string,
): void => {
  const elements = shape.reduce((n, d) => (Number.isSafeInteger(n * d) ? n * d : Number.NaN), 1)
  const bytes = (elements * (BITS[dtype] as number)) / 8
  if (Number.isNaN(elements)) throw badFile(file, `the shape [${shape}] is too big`, name)
  if (bytes !== length) {
    throw badFile(
      file,
      `${dtype} [${shape}] takes ${bytes} bytes, but ${length} are given to it`,
      name,
    )
  }
}

/** The tensors follow one another from the first byte to the last: no hole, no overlap. */
const checkCover = (
  entries: readonly Entry[],
  data: number,
  length: number,
  file: string,
): void => {
  let next = data
  for (const { name, start, end } of entries) {
    if (start < next) throw badFile(file, 'its bytes overlap those of another tensor', name)
    if (start > next) throw badFile(file, `${start - next} unused bytes before it`, name)
    if (end > length) throw badFile(file, `${end - length} of its bytes are missing`, name)
    next = end
  }
  if (next < length) throw badFile(file, `${length - next} unused bytes at the end`)
}
