// Files of any tensors and any bytes: what is written is read again to the bit, and what is no file is
// refused with a typed error.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GradloomError, type Tensor, tensor } from '../../ts/index.ts'
import { readSafetensors, writeSafetensors } from '../../ts/io/safetensors.ts'
import { filled, holds, shapes } from './check.ts'

const names = fc
  .string({ unit: 'grapheme', maxLength: 20 })
  .filter((name) => name !== '__metadata__' && !/\p{Surrogate}/u.test(name))

const sizes = shapes().chain((shape) => fc.boolean().map((none) => (none ? [0, ...shape] : shape)))

const tensors: fc.Arbitrary<Tensor> = sizes.chain((shape) =>
  fc.boolean().chain((whole): fc.Arbitrary<Tensor> => {
    if (!whole) return filled(shape, fc.float()).map((data) => tensor(data, shape))
    return filled(shape, fc.integer()).map((data) =>
      tensor(
        Int32Array.from(data, (v) => v | 0),
        shape,
      ),
    )
  }),
)

const keyed = <T>(values: fc.Arbitrary<T>): fc.Arbitrary<[string, T][]> =>
  fc.uniqueArray(fc.tuple(names, values), { selector: ([name]) => name, maxLength: 6 })

const bitsOf = ({ elements }: Tensor): number[] => [
  ...new Uint8Array(elements.buffer, elements.byteOffset, elements.byteLength),
]

describe('any tensors', () => {
  it('come back from a file to the bit, with their metadata', () =>
    holds(
      fc.asyncProperty(keyed(tensors), keyed(names), async (all, metadata) => {
        const file = readSafetensors(writeSafetensors(all, metadata))
        expect(new Map(file.metadata)).toEqual(new Map(metadata))
        expect(file.tensors.size).toBe(all.length)
        for (const [name, written] of all) {
          const found = file.tensors.get(name) as Tensor
          expect([found.shape, found.dtype]).toEqual([written.shape, written.dtype])
          expect(bitsOf(found)).toEqual(bitsOf(written))
        }
      }),
      200,
    ))

  it('are written in the same bytes in whatever order they are given', () =>
    holds(
      fc.asyncProperty(keyed(tensors), async (all) => {
        expect(writeSafetensors(all.toReversed(), [])).toEqual(writeSafetensors(all, []))
      }),
    ))
})

/** Reads, or refuses in a typed way. */
const readable = (bytes: Uint8Array<ArrayBuffer>): void => {
  try {
    readSafetensors(bytes)
  } catch (error) {
    expect(error).toBeInstanceOf(GradloomError)
    expect(['file-format', 'unsupported']).toContain((error as GradloomError).code)
  }
}

describe('any bytes', () => {
  it('are a file or are refused', () =>
    holds(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        readable(new Uint8Array(bytes))
      }),
      500,
    ))

  it('are a file or are refused behind any JSON', () =>
    holds(
      fc.asyncProperty(fc.json(), fc.uint8Array({ maxLength: 40 }), async (json, data) => {
        const header = new TextEncoder().encode(json)
        const bytes = new Uint8Array(8 + header.length + data.length)
        new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true)
        bytes.set(header, 8)
        bytes.set(data, 8 + header.length)
        readable(bytes)
      }),
      500,
    ))

  const sizes = fc.oneof(fc.nat(5), fc.maxSafeInteger(), fc.double())
  const entry = fc.record({
    dtype: fc.oneof(fc.constantFrom('F32', 'I32', 'I64', 'F16', 'BOOL', 'U8'), fc.string()),
    shape: fc.array(sizes, { maxLength: 4 }),
    data_offsets: fc.array(sizes, { maxLength: 3 }),
  })

  it('are a file or are refused behind what looks like a header', () =>
    holds(
      fc.asyncProperty(fc.dictionary(fc.string(), entry), async (header) => {
        const json = new TextEncoder().encode(JSON.stringify(header))
        const bytes = new Uint8Array(8 + json.length + 16)
        new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true)
        bytes.set(json, 8)
        readable(bytes)
      }),
      500,
    ))
})
