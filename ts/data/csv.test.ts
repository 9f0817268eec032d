// CSV: what becomes of rows, from every kind of source, and what is refused at which line.

import { createReadStream } from 'node:fs'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Tensor } from '../tensor.ts'
import { refusal } from '../testing/refusal.ts'
import { type CsvOptions, type CsvSample, csvDataset } from './csv.ts'

const text = 'a,b,label\n1,2.5,0\n3,-4e1,2\n'
const plain = (x: unknown) => (x instanceof Tensor ? ['int32', x.elements[0]] : x)
const blob = (csv: string) => new Blob([csv])
const read = (csv: string, options: CsvOptions = {}) => csvDataset(blob(csv), options).toArray()
const row = (...x: number[]) => ({ x: Float32Array.from(x) })

/** The bytes of `csv` in pieces of `size`. */
const inPieces = (csv: string, size: number) =>
  async function* () {
    const bytes = new TextEncoder().encode(csv)
    for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size)
  }

describe('csvDataset', () => {
  it('makes rows of numbers, and a label', async () => {
    expect(await read(text)).toEqual([row(1, 2.5, 0), row(3, -40, 2)])
    expect(await read(text, { label: 'label' })).toEqual([
      { ...row(1, 2.5), y: 0 },
      { ...row(3, -40), y: 2 },
    ])
  })

  it('takes columns in the order given, several labels, and records', async () => {
    expect(await read(text, { columns: ['b', 'a'] })).toEqual([row(2.5, 1), row(-40, 3)])
    const [first] = await read(text, { label: ['a', 'b'] })
    expect(first).toEqual({ ...row(0), y: Float32Array.of(1, 2.5) })
    const dtypes = { a: 'string', b: 'int32' } as const
    const [record] = await read('a,b\nx y,7\n', { dtypes, as: 'record' })
    const { a, b } = (record as CsvSample).x as Record<string, unknown>
    expect([a, plain(b)]).toEqual(['x y', ['int32', 7]])
  })

  it('batches to tensors of the dtypes asked for', async () => {
    const options = { label: 'label', dtypes: { label: 'int32' } } as const
    const [batch] = await csvDataset(blob(text), options).batch(2).toArray()
    expect([batch?.x, batch?.y].map((t) => [(t as Tensor).dtype, (t as Tensor).shape])).toEqual([
      ['float32', [2, 2]],
      ['int32', [2]],
    ])
  })

  it('reads without a header, or with names given', async () => {
    expect(await read('1,2\n3,4', { header: false, label: '1' })).toEqual([
      { ...row(1), y: 2 },
      { ...row(3), y: 4 },
    ])
    expect(await read('1,2\n', { header: ['p', 'q'], columns: ['q'] })).toEqual([row(2)])
  })

  it.each<[string, string, unknown[]]>([
    ['quoted cells', 'a,b\n"1","2"\n', [row(1, 2)]],
    ['line ends of Windows', 'a,b\r\n1,2\r\n3,4\r\n', [row(1, 2), row(3, 4)]],
    ['no line end at the end', 'a\n1\n2', [row(1), row(2)]],
    ['empty lines', 'a,b\n\n1,2\n\n\n3,4\n\n', [row(1, 2), row(3, 4)]],
    ['a byte order mark', '\uFEFFa\n1\n', [row(1)]],
    ['spaces around numbers', 'a,b\n 1 ,2\n', [row(1, 2)]],
    ['only a header', 'a,b\n', []],
    ['nothing', '', []],
  ])('reads %s', async (_, csv, wanted) => {
    expect(await read(csv)).toEqual(wanted)
  })

  it.each([1, 2, 3, 7, 1000])('cuts nothing apart in pieces of %d bytes', async (size) => {
    const csv = 'näme,n\n"a ""b"", c\nd",1\n5" é,2\n"""",3\n"x\r\ny",4\n'
    const made = csvDataset(inPieces(csv, size), { dtypes: { näme: 'string' }, as: 'record' })
    const names = (await made.toArray()).map(({ x }) => (x as Record<string, string>).näme)
    expect(names).toEqual(['a "b", c\nd', '5" é', '"', 'x\r\ny'])
  })

  it('fills in what is missing', async () => {
    const csv = 'a,b\n,NA\n1,2\n'
    const missingValues = ['', 'NA']
    expect(await read(csv, { missingValues, fill: -1 })).toEqual([row(-1, -1), row(1, 2)])
    const fill = { a: Number.NaN, b: 5 }
    expect(await read(csv, { missingValues, fill })).toEqual([row(Number.NaN, 5), row(1, 2)])
    const strings = await read('a\n""\n', { dtypes: { a: 'string' }, as: 'record' })
    expect(strings).toEqual([])
    expect(await read('a,b\n,1\n', { dtypes: { a: 'string' }, as: 'record' })).toEqual([
      { x: { a: '', b: 1 } },
    ])
  })

  it('reads paths, URLs, bytes and streams; again where that can be', async () => {
    const path = join(await mkdtemp(join(tmpdir(), 'gradloom-')), 'data.csv')
    await writeFile(path, text)
    const bytes = new TextEncoder().encode(text)
    const sources = [
      path,
      new URL(`file://${path}`),
      `data:text/csv,${encodeURIComponent(text)}`,
      bytes,
      bytes.buffer,
      new File([text], 'data.csv'),
      () => blob(text).stream(),
      () => createReadStream(path),
    ]
    for (const source of sources) {
      const made = csvDataset(source)
      for (const epoch of [0, 1]) expect(await made.toArray(epoch)).toHaveLength(2)
    }
    const once = csvDataset(blob(text).stream())
    await once.toArray()
    await expect(once.toArray()).rejects.toThrow(refusal('file', 'ReadableStream'))
  })

  it('closes the file when the reader leaves, and reads no further', async () => {
    let made = 0
    let closed = false
    const endless = async function* () {
      try {
        yield 'a\n'
        for (;;) yield `${made++}\n`
      } finally {
        closed = true
      }
    }
    expect(await csvDataset(endless).take(3).toArray()).toEqual([row(0), row(1), row(2)])
    expect([made, closed]).toEqual([3, true])
  })
})

describe('refuses', () => {
  it.each<[string, string, CsvOptions, string[]]>([
    ['a row too short', 'a,b\n1,2\n3\n', {}, ['Blob line 3', '1 cells', '2 columns']],
    ['a row too long', 'a,b\n\n"1\n",2\n3,4,5\n', {}, ['line 5', '3 cells', '2 columns']],
    ['no number', 'a,b\n1,x\n', {}, ['line 2, column "b"', '"x" is not a number']],
    ['no whole number', 'a\n1.5\n', { dtypes: { a: 'int32' } }, ['line 2', 'column "a"', '1.5']],
    ['a missing value', 'a,b\n1,\n', {}, ['line 2, column "b"', 'missing value', 'fill']],
    ['a value missing in fill', 'a,b\n1,\n', { fill: { a: 0 } }, ['line 2, column "b"']],
    ['a column that is not there', 'a,b\n', { columns: ['width'] }, ['"width"', 'a, b']],
    ['a label that is not there', 'height\n1\n', { label: 'hieght' }, ['did you mean "height"']],
    ['an open quote', 'a\n1\n"2\n3\n', {}, ['line 3', 'quote']],
    ['strings in a row', 'a\nx\n', { dtypes: { a: 'string' } }, ['"a"', "as: 'record'"]],
  ])('%s', async (_, csv, options, parts) => {
    await expect(read(csv, options)).rejects.toThrow(refusal('file-format', ...parts))
  })

  it('an address that answers with an error', async () => {
    const server = createServer((request, response) => {
      response.statusCode = request.url === '/data.csv' ? 200 : 404
      response.end(text)
    })
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', () => listening()))
    const { port } = server.address() as AddressInfo
    const at = (path: string) => csvDataset(`http://127.0.0.1:${port}/${path}`).toArray()
    try {
      expect(await at('data.csv')).toHaveLength(2)
      await expect(at('nothing.csv')).rejects.toThrow(refusal('file', 'nothing.csv', '404'))
    } finally {
      server.close()
    }
  })

  it('what cannot be read, with the cause', async () => {
    const missing = csvDataset('/nowhere/data.csv').toArray()
    await expect(missing).rejects.toThrow(refusal('file', '/nowhere/data.csv', 'ENOENT'))
    await expect(missing).rejects.toMatchObject({ cause: { code: 'ENOENT' } })
    await expect(csvDataset(7 as never).toArray()).rejects.toThrow(refusal('argument', 'a path'))
    const cause = new Error('cable cut')
    const broken = csvDataset(async function* () {
      yield 'a\n1\n'
      throw cause
    })
    const pass = broken.read()
    expect((await pass.next()).value).toEqual(row(1))
    await expect(pass.next()).rejects.toMatchObject({ code: 'file', cause })
  })
})
