// Safetensors files: Python's, ours, and broken ones.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { type Tensor, tensor } from '../tensor.ts'
import { refusal } from '../testing/refusal.ts'
import { readSafetensors, readTensor, writeSafetensors } from './safetensors.ts'
import { readHeader } from './safetensors-header.ts'

const reference = (name: string): string =>
  fileURLToPath(new URL(`../../test/reference/${name}`, import.meta.url))

const bytesOf = (path: string): Uint8Array<ArrayBuffer> => new Uint8Array(readFileSync(path))

/** A file with any header and any bytes after it. */
const fileOf = (
  header: string | Uint8Array,
  data = 0,
  length?: bigint,
): Uint8Array<ArrayBuffer> => {
  const text = typeof header === 'string' ? new TextEncoder().encode(header) : header
  const bytes = new Uint8Array(8 + text.length + data)
  new DataView(bytes.buffer).setBigUint64(0, length ?? BigInt(text.length), true)
  bytes.set(text, 8)
  return bytes
}

const f32 = (start: number, end: number, shape: number[] = [(end - start) / 4]): string =>
  JSON.stringify({ dtype: 'F32', shape, data_offsets: [start, end] })

describe('files of Python', () => {
  const { cases } = JSON.parse(readFileSync(reference('safetensors.json'), 'utf8')) as {
    cases: {
      file: string
      metadata: Record<string, string>
      tensors: Record<string, { dtype: string; shape: number[]; data: (number | boolean)[] }>
    }[]
  }

  it('reads every tensor and the metadata', () => {
    const recorded = cases.find((c) => c.file === 'python.safetensors')
    const read = readSafetensors(bytesOf(reference('python.safetensors')), 'python.safetensors')
    expect(Object.fromEntries(read.metadata)).toEqual(recorded?.metadata)
    expect([...read.tensors.keys()].sort()).toEqual(Object.keys(recorded?.tensors ?? {}))
    for (const [name, { dtype, shape, data }] of Object.entries(recorded?.tensors ?? {})) {
      const made = read.tensors.get(name) as Tensor
      expect(made.dtype).toBe(dtype === 'F32' ? 'float32' : 'int32')
      expect(made.shape).toEqual(shape)
      const type = dtype === 'F32' ? Float32Array : Int32Array
      expect(made.elements).toEqual(type.from(data as number[]))
    }
  })

  const dtypes = cases.find((c) => c.file === 'dtypes.safetensors')
  it.each(Object.entries(dtypes?.tensors ?? {}))('converts %s', (name, { data, shape }) => {
    const bytes = bytesOf(reference('dtypes.safetensors'))
    const entry = readHeader(bytes, 'f').entries.find((e) => e.name === name)
    if (!entry) throw new Error(`no ${name}`)
    const read = (): Tensor => readTensor(bytes, entry, 'dtypes.safetensors')
    if (['f64', 'i64', 'u32'].includes(name)) {
      const odd = data.find((v) => Math.abs(Number(v)) > 2 ** 31)
      expect(read).toThrow(refusal('unsupported', 'dtypes.safetensors', `"${name}"`, String(odd)))
    } else {
      expect(Array.from(read().elements)).toEqual(data.map(Number))
      expect(read().shape).toEqual(shape)
    }
  })
})

describe('conversions', () => {
  const read = (dtype: string, data: ArrayBufferView, count: number): number[] => {
    const entry = { dtype, shape: [count], data_offsets: [0, data.byteLength] }
    const bytes = fileOf(JSON.stringify({ t: entry }), data.byteLength)
    bytes.set(new Uint8Array(data.buffer), bytes.length - data.byteLength)
    return Array.from(readSafetensors(bytes, 'a.st').tensors.get('t')?.elements ?? [])
  }

  it('reads every kind of half', () => {
    const bits = [
      0x0000, 0x8000, 0x0001, 0x03ff, 0x0400, 0x3c00, 0xc000, 0x7bff, 0x7c00, 0xfc00, 0x7e00,
    ]
    const values = [
      0,
      -0,
      2 ** -24,
      1023 * 2 ** -24,
      2 ** -14,
      1,
      -2,
      65504,
      Infinity,
      -Infinity,
      Number.NaN,
    ]
    expect(read('F16', new Uint16Array(bits), bits.length)).toEqual(values)
  })

  it('reads bfloat16', () => {
    const bits = [0x3f80, 0xc040, 0x0000, 0x7f80, 0x0001]
    expect(read('BF16', new Uint16Array(bits), 5)).toEqual([1, -3, 0, Infinity, 2 ** -133])
  })

  it('rounds f64 and takes 64-bit integers that fit', () => {
    expect(read('F64', new Float64Array([0.1, Infinity]), 2)).toEqual([Math.fround(0.1), Infinity])
    expect(read('I64', new BigInt64Array([-(2n ** 31n), 5n]), 2)).toEqual([-(2 ** 31), 5])
    expect(read('U64', new BigUint64Array([7n]), 1)).toEqual([7])
    expect(read('U32', new Uint32Array([7]), 1)).toEqual([7])
  })

  it('refuses what it cannot hold', () => {
    const big = new BigInt64Array([2n ** 31n])
    expect(() => read('I64', big, 1)).toThrow(refusal('unsupported', 'a.st', '"t"', '2147483648'))
    const huge = new BigUint64Array([2n ** 64n - 1n])
    expect(() => read('U64', huge, 1)).toThrow(refusal('unsupported', '18446744073709551615'))
    expect(() => read('F8_E4M3', new Uint8Array(2), 2)).toThrow(refusal('unsupported', 'F8_E4M3'))
    expect(() => read('BOOL', new Uint8Array([0, 2]), 2)).toThrow(refusal('file-format', 'boolean'))
  })
})

describe('writing', () => {
  const tensors = (): [string, Tensor][] => [
    [
      'dense_1/kernel',
      tensor([
        [1, -2.5],
        [3e-8, 1e30],
      ]),
    ],
    ['labels', tensor(new Int32Array([1, -(2 ** 31)]))],
    ['a "quoted" näme 🙂', tensor(new Float32Array([Number.NaN, -0, Infinity]))],
    ['scalar', tensor(42)],
    ['empty', tensor([], [0, 3])],
    ['__proto__', tensor([7])],
  ]
  const metadata: [string, string][] = [
    ['z', 'é "q" \\ 漢字 🙂'],
    ['__proto__', 'x'],
    ['a', '{"b":[1]}'],
  ]

  it('is read back bit for bit', () => {
    const read = readSafetensors(writeSafetensors(tensors(), metadata))
    expect([...read.metadata].sort()).toEqual([...metadata].sort())
    expect(read.tensors.size).toBe(6)
    for (const [name, { dtype, shape, elements }] of tensors()) {
      const got = read.tensors.get(name) as Tensor
      expect([got.dtype, got.shape]).toEqual([dtype, shape])
      expect(new Uint8Array(got.elements.buffer)).toEqual(new Uint8Array(elements.buffer))
    }
  })

  it('gives the same bytes in any order', () => {
    const once = writeSafetensors(tensors(), metadata)
    expect(writeSafetensors(tensors().reverse(), metadata.toReversed())).toEqual(once)
  })

  it('has the layout of the format, read here without our reader', () => {
    const bytes = writeSafetensors(
      [
        ['b', tensor([1, 2])],
        ['a', tensor(new Int32Array([3]))],
      ],
      [['k', 'v']],
    )
    const view = new DataView(bytes.buffer)
    const length = Number(view.getBigUint64(0, true))
    expect(length % 8).toBe(0)
    expect(JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)))).toEqual({
      __metadata__: { k: 'v' },
      a: { dtype: 'I32', shape: [1], data_offsets: [0, 4] },
      b: { dtype: 'F32', shape: [2], data_offsets: [4, 12] },
    })
    expect(view.getInt32(8 + length, true)).toBe(3)
    expect(view.getFloat32(8 + length + 4, true)).toBe(1)
    expect(view.getFloat32(8 + length + 8, true)).toBe(2)
    expect(bytes.length).toBe(8 + length + 12)
  })

  it('writes parts of larger buffers, and nothing at all', () => {
    const part = tensor([
      [1, 2],
      [3, 4],
    ]).rows(1)
    expect(readSafetensors(writeSafetensors([['p', part]])).tensors.get('p')?.elements).toEqual(
      new Float32Array([3, 4]),
    )
    expect(readSafetensors(writeSafetensors([])).tensors.size).toBe(0)
  })

  it('refuses names that the format does not have', () => {
    const x = tensor([1])
    const write =
      (...names: string[]) =>
      () =>
        writeSafetensors(names.map((n) => [n, x]))
    expect(write('a', 'a')).toThrow(refusal('argument', '"a"', 'twice'))
    expect(write('__metadata__')).toThrow(refusal('argument', '__metadata__'))
    expect(write('\ud800')).toThrow(refusal('argument', 'Unicode'))
    expect(() => writeSafetensors([], [['k', 'x\udc00']])).toThrow(refusal('argument', '"k"'))
    x.dispose()
    expect(write('a')).toThrow(refusal('disposed'))
  })

  it('opens in Python', ({ skip }) => {
    const python = process.env.PYTHON ?? 'python3'
    if (spawnSync(python, ['-c', 'import safetensors, numpy']).status !== 0) {
      skip(`${python} has no safetensors and numpy; set PYTHON to one that has`)
    }
    const directory = mkdtempSync(join(tmpdir(), 'gradloom-'))
    try {
      const path = join(directory, 'ours.safetensors')
      writeFileSync(path, writeSafetensors(tensors(), metadata))
      const run = spawnSync(python, [reference('check_safetensors.py'), path], { encoding: 'utf8' })
      expect(run.stderr).toBe('')
      const seen = JSON.parse(run.stdout) as { metadata: object; tensors: Record<string, object> }
      expect(Object.entries(seen.metadata).sort()).toEqual([...metadata].sort())
      expect(Object.keys(seen.tensors).sort()).toEqual(
        tensors()
          .map(([n]) => n)
          .sort(),
      )
      expect(seen.tensors.labels).toEqual({ dtype: 'I32', shape: [2], sum: 1 - 2 ** 31 })
      expect(seen.tensors.empty).toEqual({ dtype: 'F32', shape: [0, 3], sum: 0 })
      expect(seen.tensors.scalar).toEqual({ dtype: 'F32', shape: [], sum: 42 })
    } finally {
      rmSync(directory, { recursive: true })
    }
  })
})

describe('what the format allows', () => {
  it.each<[string, Uint8Array<ArrayBuffer>, string[]]>([
    ['no tensor', fileOf('{}'), []],
    ['padding', fileOf('{}      '), []],
    ['no padding, so that numbers are not aligned', fileOf(`{"a":${f32(0, 4)}}`, 4), ['a']],
    [
      'empty tensors between others',
      fileOf(`{"b":${f32(0, 4)},"c":${f32(4, 8)},"e":${f32(4, 4, [0])}}`, 8),
      ['b', 'e', 'c'],
    ],
    ['any order of entries', fileOf(`{"b":${f32(4, 8)},"a":${f32(0, 4)}}`, 8), ['a', 'b']],
    ['names like numbers', fileOf(`{"1":${f32(4, 8)},"0":${f32(0, 4)}}`, 8), ['0', '1']],
    [
      'the names of object properties',
      fileOf(`{"__proto__":${f32(0, 4)},"constructor":${f32(4, 8)}}`, 8),
      ['__proto__', 'constructor'],
    ],
    ['an empty name', fileOf(`{"":${f32(0, 4)}}`, 4), ['']],
  ])('%s', (_, bytes, names) => {
    expect([...readSafetensors(bytes).tensors.keys()]).toEqual(names)
  })

  it('views into larger buffers, and plain ArrayBuffers', () => {
    const bytes = writeSafetensors([['x', tensor([1, 2])]])
    const larger = new Uint8Array(bytes.length + 5)
    larger.set(bytes, 3)
    const expected = new Float32Array([1, 2])
    const view = readSafetensors(larger.subarray(3, 3 + bytes.length))
    expect(view.tensors.get('x')?.elements).toEqual(expected)
    expect(readSafetensors(bytes.buffer).tensors.get('x')?.elements).toEqual(expected)
  })
})

describe('hostile and broken files', () => {
  const entry = (o: object): string =>
    JSON.stringify({ t: { dtype: 'F32', shape: [1], data_offsets: [0, 4], ...o } })
  const utf16 = new Uint8Array([0xff, 0xfe, 0x7b, 0, 0x7d, 0])
  it.each<[string, Uint8Array<ArrayBuffer>, string]>([
    ['nothing', new Uint8Array(0), '0 bytes'],
    ['7 bytes', new Uint8Array(7), '7 bytes'],
    ['a header cut short', fileOf('{}', 0, 3n), '3 bytes, the file has 2'],
    ['a header length of 2^64 - 1', fileOf('{}', 0, 2n ** 64n - 1n), 'over the limit'],
    ['a header just over the limit', fileOf('{}', 0, 100_000_001n), 'over the limit'],
    ['a header of no bytes', fileOf('', 4), 'does not start with "{"'],
    ['a header that starts with a space', fileOf(' {}'), 'does not start with "{"'],
    ['a header with a byte order mark', fileOf('\ufeff{}'), 'does not start with "{"'],
    ['UTF-16', fileOf(utf16), 'does not start with "{"'],
    ['an array', fileOf('[]'), 'does not start with "{"'],
    [
      'bytes that are not UTF-8',
      fileOf(
        Uint8Array.from(`{"\xff":${f32(0, 4)}}`, (c) => c.charCodeAt(0)),
        4,
      ),
      'not valid JSON',
    ],
    ['JSON cut short', fileOf('{"a":'), 'not valid JSON'],
    ['a trailing comma', fileOf(`{"a":${f32(0, 4)},}`, 4), 'not valid JSON'],
    ['text after the header', fileOf('{}x'), 'not valid JSON'],
    ['a zero byte after the header', fileOf('{}\0'), 'not valid JSON'],
    ['deep nesting', fileOf(`{"a":${'['.repeat(200_000)}`), 'not valid JSON'],
    ['a tensor twice', fileOf(`{"a":${f32(0, 4)},"a":${f32(0, 4)}}`, 4), 'key "a" twice'],
    [
      'a tensor twice, escaped',
      fileOf(`{"a":${f32(0, 4)},"\\u0061":${f32(4, 8)}}`, 8),
      'key "a" twice',
    ],
    ['metadata twice', fileOf('{"__metadata__":{},"__metadata__":{}}'), '"__metadata__" twice'],
    ['a metadata key twice', fileOf('{"__metadata__":{"k":"1","k":"2"}}'), 'key "k" twice'],
    [
      'a shape twice',
      fileOf('{"t":{"dtype":"F32","shape":[1],"shape":[1],"data_offsets":[0,4]}}', 4),
      'key "shape" twice',
    ],
    ['metadata that is no object', fileOf('{"__metadata__":[]}'), '__metadata__ is not an object'],
    ['metadata that is null', fileOf('{"__metadata__":null}'), '__metadata__ is not an object'],
    [
      'metadata that is no string',
      fileOf('{"__metadata__":{"k":1}}'),
      '__metadata__ "k" is not a string',
    ],
    ['a tensor that is null', fileOf('{"t":null}'), '"t": its entry is not an object'],
    ['no dtype', fileOf(entry({ dtype: undefined }), 4), '"t": no dtype undefined'],
    ['an unknown dtype', fileOf(entry({ dtype: 'F31' }), 4), '"t": no dtype "F31"'],
    ['a dtype named like a property', fileOf(entry({ dtype: 'constructor' }), 4), '"t": no dtype'],
    [
      'a dtype inherited through __proto__',
      fileOf('{"t":{"__proto__":{"dtype":"F32"},"shape":[1],"data_offsets":[0,4]}}', 4),
      '"t": no dtype undefined',
    ],
    ['no shape', fileOf(entry({ shape: undefined }), 4), '"t": its shape'],
    ['a negative size', fileOf(entry({ shape: [-1] }), 4), '"t": its shape'],
    ['a fraction of a size', fileOf(entry({ shape: [0.5, 2] }), 4), '"t": its shape'],
    ['a size as text', fileOf(entry({ shape: ['1'] }), 4), '"t": its shape'],
    ['sizes that overflow', fileOf(entry({ shape: [2 ** 31, 2 ** 31, 2 ** 31] }), 4), 'too big'],
    ['sizes that overflow to 0', fileOf(entry({ shape: [2 ** 52, 2 ** 52, 0] }), 4), 'too big'],
    ['one offset', fileOf(entry({ data_offsets: [0] }), 4), '"t": its data_offsets'],
    ['a negative offset', fileOf(entry({ data_offsets: [-4, 0] }), 4), '"t": its data_offsets'],
    [
      'offsets the wrong way round',
      fileOf(entry({ data_offsets: [4, 0] }), 4),
      '"t": its data_offsets',
    ],
    [
      'an offset beyond 2^53',
      fileOf('{"t":{"dtype":"F32","shape":[1],"data_offsets":[0,9007199254740993]}}', 4),
      '"t": its data_offsets',
    ],
    [
      'too few bytes for the shape',
      fileOf(entry({ shape: [2] }), 4),
      '"t": F32 [2] takes 8 bytes, but 4',
    ],
    [
      'bytes that are no whole element',
      fileOf(entry({ data_offsets: [0, 6] }), 6),
      '"t": F32 [1] takes 4 bytes, but 6',
    ],
    [
      'half a byte',
      fileOf(entry({ dtype: 'F4', data_offsets: [0, 1] }), 1),
      '"t": F4 [1] takes 0.5 bytes',
    ],
    ['data cut short', fileOf(entry({}), 3), '"t": 1 of its bytes are missing'],
    [
      'data far away',
      fileOf(entry({ data_offsets: [2 ** 40, 2 ** 40 + 4] }), 4),
      '"t": 1099511627776 unused bytes before it',
    ],
    ['bytes after the last tensor', fileOf(entry({}), 5), '1 unused bytes at the end'],
    ['bytes after a header without tensors', fileOf('{}', 1), '1 unused bytes at the end'],
    ['a hole', fileOf(`{"a":${f32(0, 4)},"b":${f32(8, 12)}}`, 12), '"b": 4 unused bytes before it'],
    ['an overlap', fileOf(`{"a":${f32(0, 8)},"b":${f32(4, 12)}}`, 12), '"b": its bytes overlap'],
    [
      'the same bytes twice',
      fileOf(`{"a":${f32(0, 4)},"b":${f32(0, 4)}}`, 4),
      '"b": its bytes overlap',
    ],
    [
      'an empty tensor inside another',
      fileOf(`{"a":${f32(0, 8)},"b":${f32(4, 4, [0])}}`, 8),
      '"b": its bytes overlap',
    ],
  ])('%s', (_, bytes, problem) => {
    expect(() => readSafetensors(bytes, 'bad.safetensors')).toThrow(
      refusal('file-format', 'bad.safetensors: ', problem),
    )
  })

  it('cut off anywhere', () => {
    const whole = writeSafetensors(
      [
        ['a', tensor([1, 2])],
        ['b', tensor([[3]])],
      ],
      [['k', 'v']],
    )
    for (let length = 0; length < whole.length; length++) {
      expect(() => readSafetensors(whole.slice(0, length), 'cut')).toThrow(
        refusal('file-format', 'cut'),
      )
    }
  })

  it('leaves Object.prototype alone', () => {
    const evil = '{"__metadata__":{"__proto__":"polluted"},"__proto__":'
    readSafetensors(fileOf(`${evil}${f32(0, 4)}}`, 4))
    expect(({} as Record<string, unknown>).dtype).toBeUndefined()
    expect(Object.keys(Object.prototype)).toEqual([])
  })
})
