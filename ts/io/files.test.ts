// Reading and writing bytes: real files and servers, and a browser's globals where there is no
// browser.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { refusal } from '../testing/refusal.ts'
import { createDirectoryOf, readBytes, toBlob, writeBytes } from './files.ts'

const bytes = new Uint8Array([1, 2, 3])
let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'gradloom-'))
})
afterEach(() => {
  vi.unstubAllGlobals()
  rmSync(directory, { recursive: true })
})

const path = (name: string): string => join(directory, name)

describe('in Node', () => {
  it('reads what was written, by path, file URL and file URL as text', async () => {
    await writeBytes(path('ä b.bin'), bytes)
    const url = pathToFileURL(path('ä b.bin'))
    for (const source of [path('ä b.bin'), url, String(url)]) {
      expect(await readBytes(source)).toEqual({ bytes, name: path('ä b.bin') })
    }
  })

  it('creates the directories of a path', async () => {
    await createDirectoryOf(path('a/b/c.bin'))
    await createDirectoryOf(path('a/b/c.bin'))
    await writeBytes(path('a/b/c.bin'), bytes)
    writeFileSync(path('file'), '')
    const refused = refusal('file', path('file/x/y'), 'directory')
    await expect(createDirectoryOf(path('file/x/y'))).rejects.toThrow(refused)
  })

  it('names the path and the reason when it cannot read', async () => {
    const missing = refusal('file', path('none'), 'ENOENT')
    await expect(readBytes(path('none'))).rejects.toThrow(missing)
    await expect(readBytes(directory)).rejects.toThrow(refusal('file', directory, 'regular'))
  })
})

describe('other sources', () => {
  it('takes bytes, also of larger and of shared buffers', async () => {
    const larger = new Uint8Array([0, 1, 2, 3, 0])
    const shared = new Uint8Array(new SharedArrayBuffer(3))
    shared.set(bytes)
    for (const source of [bytes, bytes.buffer, larger.subarray(1, 4), shared]) {
      const read = await readBytes(source)
      expect([...read.bytes]).toEqual([1, 2, 3])
      expect(read.bytes.buffer).toBeInstanceOf(ArrayBuffer)
    }
  })

  it('takes blobs and files', async () => {
    expect(await readBytes(toBlob(bytes))).toEqual({ bytes, name: 'Blob' })
    expect(await readBytes(new File([bytes], 'm.safetensors'))).toEqual({
      bytes,
      name: 'm.safetensors',
    })
    const gone = new Blob([bytes])
    gone.arrayBuffer = () => Promise.reject(new Error('the file has changed'))
    await expect(readBytes(gone)).rejects.toThrow(refusal('file', 'Blob', 'has changed'))
  })

  it('fetches URLs', async () => {
    const server = createServer((request, response) => {
      response.statusCode = request.url === '/m' ? 200 : 404
      response.end(bytes)
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    try {
      expect((await readBytes(`${base}/m`)).bytes).toEqual(bytes)
      expect((await readBytes(new URL(`${base}/m`))).name).toBe(`${base}/m`)
      const missing = refusal('file', `${base}/none`, '404')
      await expect(readBytes(`${base}/none`)).rejects.toThrow(missing)
    } finally {
      await new Promise((done) => server.close(done))
    }
    await expect(readBytes(`${base}/m`)).rejects.toThrow(refusal('file', base, 'fetched'))
    expect((await readBytes('data:application/octet-stream;base64,AQID')).bytes).toEqual(bytes)
  })
})

describe('in a browser', () => {
  beforeEach(() => {
    vi.stubGlobal('process', { ...process, getBuiltinModule: undefined })
  })

  it('writes a download', async () => {
    const link = { href: '', download: '', click: vi.fn() }
    vi.stubGlobal('document', { createElement: () => link })
    vi.useFakeTimers()
    try {
      await writeBytes('models/m.safetensors', bytes)
      expect(link.click).toHaveBeenCalledOnce()
      expect(link.download).toBe('m.safetensors')
      expect((await readBytes(link.href)).bytes).toEqual(bytes)
      vi.runAllTimers()
      await expect(readBytes(link.href)).rejects.toThrow(refusal('file', 'blob:'))
    } finally {
      vi.useRealTimers()
    }
  })

  it('says that a worker has no files', async () => {
    await expect(writeBytes('m', bytes)).rejects.toThrow(refusal('unsupported', 'm', 'worker'))
  })

  it('fetches every string, and needs no directories', async () => {
    vi.stubGlobal('fetch', async (url: string) => new Response(url))
    const read = await readBytes('./models/m.safetensors')
    expect(new TextDecoder().decode(read.bytes)).toBe('./models/m.safetensors')
    await createDirectoryOf('a/b')
  })
})
