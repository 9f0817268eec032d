// Reads and writes safetensors files, the format in which models are saved and exchanged with
// Python. The rules of the header are in `safetensors-header.ts`; what the tensors mean is the
// model's business.

import { GradloomError } from '../errors.ts'
import { Tensor } from '../tensor.ts'
import { badFile, type Entry, MAX_HEADER_BYTES, readHeader } from './safetensors-header.ts'

/** The contents of a safetensors file. */
export interface TensorFile {
  readonly tensors: ReadonlyMap<string, Tensor>
  readonly metadata: ReadonlyMap<string, string>
}

/**
 * Reads a whole file. `file` is its name in error messages.
 *
 * F32 and I32 are taken as they are; F16 and BF16 become float32, I8, I16, U8, U16 and BOOL int32,
 * all exactly; F64 is rounded to float32. I64, U32 and U64 become int32. Numbers that are too big
 * for it, and any other dtype, are an `unsupported` error.
 */
export const readSafetensors = (
  bytes: Uint8Array<ArrayBuffer> | ArrayBuffer,
  file = 'safetensors',
): TensorFile => {
  const all = bytes instanceof ArrayBuffer ? new Uint8Array(bytes) : bytes
  const { entries, metadata } = readHeader(all, file)
  const tensors = new Map(entries.map((entry) => [entry.name, readTensor(all, entry, file)]))
  return { tensors, metadata }
}

/** One tensor of a file whose header has been read. */
export const readTensor = (bytes: Uint8Array<ArrayBuffer>, entry: Entry, file: string): Tensor => {
  const convert = CONVERT[entry.dtype]
  if (!convert) throw unsupported(file, entry, `dtype ${entry.dtype} is not supported`)
  const from = bytes.byteOffset + entry.start
  const copy = bytes.buffer.slice(from, from + entry.end - entry.start)
  return new Tensor(convert(copy, entry, file), entry.shape)
}

type Convert = (bytes: ArrayBuffer, entry: Entry, file: string) => Float32Array | Int32Array

const CONVERT: { readonly [dtype: string]: Convert | undefined } = {
  F32: (bytes) => new Float32Array(bytes),
  F64: (bytes, entry, file) => toFloat32(new Float64Array(bytes), entry, file),
  F16: (bytes) => Float32Array.from(new Uint16Array(bytes), halfToFloat),
  BF16: (bytes) =>
    new Float32Array(Uint32Array.from(new Uint16Array(bytes), (v) => v << 16).buffer),
  I32: (bytes) => new Int32Array(bytes),
  I16: (bytes) => Int32Array.from(new Int16Array(bytes)),
  I8: (bytes) => Int32Array.from(new Int8Array(bytes)),
  U16: (bytes) => Int32Array.from(new Uint16Array(bytes)),
  U8: (bytes) => Int32Array.from(new Uint8Array(bytes)),
  BOOL: (bytes, entry, file) => {
    const odd = new Uint8Array(bytes).find((v) => v > 1)
    if (odd !== undefined) throw badFile(file, `${odd} is not a boolean`, entry.name)
    return Int32Array.from(new Uint8Array(bytes))
  },
  U32: (bytes, entry, file) => toInt32(new Uint32Array(bytes), entry, file),
  I64: (bytes, entry, file) => toInt32(new BigInt64Array(bytes), entry, file),
  U64: (bytes, entry, file) => toInt32(new BigUint64Array(bytes), entry, file),
}

/** IEEE 754 binary16: 1 sign bit, 5 of exponent, 10 of fraction. */
const halfToFloat = (half: number): number => {
  const sign = half & 0x8000 ? -1 : 1
  const exponent = (half >> 10) & 0x1f
  const fraction = half & 0x3ff
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY
  if (exponent === 0) return sign * fraction * 2 ** -24
  return sign * (1024 + fraction) * 2 ** (exponent - 25)
}

const unsupported = (file: string, entry: Entry, problem: string): GradloomError =>
  new GradloomError(
    'unsupported',
    `${file}: tensor "${entry.name}": ${problem}; save it as F32 or I32`,
    { subject: file },
  )

const toFloat32 = (data: Float64Array, entry: Entry, file: string): Float32Array => {
  const floats = Float32Array.from(data)
  const odd = floats.findIndex((v, i) => Number.isFinite(data[i]) && !Number.isFinite(v))
  if (odd < 0) return floats
  throw unsupported(file, entry, `${data[odd]} does not fit into float32`)
}

const toInt32 = (
  data: Uint32Array | BigInt64Array | BigUint64Array,
  entry: Entry,
  file: string,
): Int32Array => {
  const ints = Int32Array.from(data as ArrayLike<number | bigint>, Number)
  const odd = ints.findIndex((v, i) => v !== Number(data[i]))
  if (odd < 0) return ints
  throw unsupported(file, entry, `${data[odd]} does not fit into int32`)
}

/**
 * The bytes of a file with these tensors. The same tensors and metadata give the same bytes,
 * whatever order they come in: both are sorted by name.
 */
export const writeSafetensors = (
  tensors: Iterable<readonly [string, Tensor]>,
  metadata: Iterable<readonly [string, string]> = [],
): Uint8Array<ArrayBuffer> => {
  const sorted = sortByName(tensors, 'tensor')
  const header = headerBytes(sorted, sortByName(metadata, 'metadata key'))
  const start = 8 + header.length
  const size = sorted.reduce((n, [, tensor]) => n + tensor.elements.byteLength, start)
  const bytes = new Uint8Array(size)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true)
  bytes.set(header, 8)
  let next = start
  for (const [, { elements }] of sorted) {
    bytes.set(new Uint8Array(elements.buffer, elements.byteOffset, elements.byteLength), next)
    next += elements.byteLength
  }
  return bytes
}

const refuse = (message: string): GradloomError =>
  new GradloomError('argument', `writeSafetensors: ${message}`)

const sortByName = <T>(pairs: Iterable<readonly [string, T]>, what: string): [string, T][] => {
  const byName = new Map<string, T>()
  for (const [name, value] of pairs) {
    if (byName.has(name)) throw refuse(`the ${what} "${name}" is given twice`)
    if (name === '__metadata__') throw refuse(`"__metadata__" cannot be the name of a ${what}`)
    if (/\p{Surrogate}/u.test(`${name}${typeof value === 'string' ? value : ''}`)) {
      throw refuse(`the ${what} "${name}" is not well-formed Unicode`)
    }
    byName.set(name, value)
  }
  return [...byName].sort(([a], [b]) => (a < b ? -1 : 1))
}

/** Padded with spaces, so that the numbers begin at a multiple of 8. */
const headerBytes = (
  tensors: readonly [string, Tensor][],
  metadata: readonly [string, string][],
): Uint8Array => {
  let next = 0
  const entries = tensors.map(([name, { dtype, shape, elements }]) => {
    const offsets = [next, next + elements.byteLength]
    next += elements.byteLength
    const entry = { dtype: dtype === 'float32' ? 'F32' : 'I32', shape, data_offsets: offsets }
    return `${JSON.stringify(name)}:${JSON.stringify(entry)}`
  })
  const texts = metadata.map(([key, text]) => `${JSON.stringify(key)}:${JSON.stringify(text)}`)
  const all = texts.length > 0 ? [`"__metadata__":{${texts.join(',')}}`, ...entries] : entries
  const json = new TextEncoder().encode(`{${all.join(',')}}`)
  if (json.length > MAX_HEADER_BYTES - 8) {
    throw refuse(`names and metadata take ${json.length} bytes, over the format's limit`)
  }
  const padded = new Uint8Array(Math.ceil(json.length / 8) * 8).fill(0x20)
  padded.set(json)
  return padded
}
