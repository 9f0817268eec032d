// Where the bytes of a model come from and go to: paths in Node; URLs, `File`s, `Blob`s and
// downloads in browsers. It knows nothing of what is in them.

import { GradloomError } from '../errors.ts'
import { writeAtomically } from './atomic-write.ts'
import { nodeFiles, reasonOf } from './node.ts'

/** A path (Node), a URL, or the bytes in any form a browser hands them out. */
export type FileSource = string | URL | Blob | ArrayBuffer | Uint8Array

export interface FileBytes {
  readonly bytes: Uint8Array<ArrayBuffer>
  /** For messages. */
  readonly name: string
}

/** A single read of Node takes less than 2 GiB. */
const CHUNK = 2 ** 30

/** Reads all of `source`. */
export const readBytes = async (source: FileSource): Promise<FileBytes> => {
  if (source instanceof ArrayBuffer) return { bytes: new Uint8Array(source), name: 'ArrayBuffer' }
  if (source instanceof Uint8Array) return { bytes: ownBytes(source), name: 'Uint8Array' }
  if (source instanceof Blob) return readBlob(source)
  const path = pathOf(source)
  return path ? readPath(path.path, path.fs) : readUrl(String(source))
}

/** Where `source` is a file of Node's file system; `undefined` where it must be fetched. */
export const pathOf = (
  source: string | URL,
): { path: string; fs: typeof import('node:fs/promises') } | undefined => {
  const node = nodeFiles()
  if (!node || isFetched(String(source))) return undefined
  const isUrl = String(source).startsWith('file:')
  return { path: isUrl ? node.url.fileURLToPath(source) : String(source), fs: node.fs }
}

/**
 * Writes a file: in Node atomically to the path `name`; in a browser page as a download of that
 * name. Elsewhere (workers) there is nowhere to write to: take the bytes and use `toBlob`.
 */
export const writeBytes = async (name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> => {
  if (nodeFiles()) return writeAtomically(name, bytes)
  if (typeof document === 'undefined') {
    throw new GradloomError(
      'unsupported',
      `${name}: no files in a worker; send the bytes to the page`,
    )
  }
  download(name, toBlob(bytes))
}

/** Creates the directory of the path `name`, and those above it. Nothing to do in browsers. */
export const createDirectoryOf = async (name: string): Promise<void> => {
  const node = nodeFiles()
  if (!node) return
  try {
    await node.fs.mkdir(node.path.dirname(name), { recursive: true })
  } catch (error) {
    throw unreadable(name, `its directory could not be created (${reasonOf(error)})`, error)
  }
}

export const toBlob = (bytes: Uint8Array<ArrayBuffer>): Blob =>
  new Blob([bytes], { type: 'application/octet-stream' })

const download = (name: string, blob: Blob): void => {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = name.slice(name.lastIndexOf('/') + 1)
  link.click()
  // The browser reads the blob after the click returns; it tells nobody when it is done.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}

const ownBytes = (bytes: Uint8Array): Uint8Array<ArrayBuffer> =>
  bytes.buffer instanceof ArrayBuffer ? (bytes as Uint8Array<ArrayBuffer>) : new Uint8Array(bytes)

const readBlob = async (blob: Blob): Promise<FileBytes> => {
  const name = 'name' in blob && typeof blob.name === 'string' ? blob.name : 'Blob'
  try {
    return { bytes: new Uint8Array(await blob.arrayBuffer()), name }
  } catch (error) {
    throw unreadable(name, `could not be read (${reasonOf(error)})`, error)
  }
}

const isFetched = (source: string): boolean => /^(https?|blob|data):/i.test(source)

const readPath = async (
  path: string,
  fs: typeof import('node:fs/promises'),
): Promise<FileBytes> => {
  try {
    const handle = await fs.open(path, 'r')
    try {
      const bytes = new Uint8Array((await handle.stat()).size)
      let done = 0
      while (done < bytes.length) {
        const { bytesRead } = await handle.read(bytes, done, Math.min(CHUNK, bytes.length - done))
        if (bytesRead === 0) break
        done += bytesRead
      }
      return { bytes: bytes.subarray(0, done), name: path }
    } finally {
      await handle.close()
    }
  } catch (error) {
    throw unreadable(path, `could not be read (${reasonOf(error)})`, error)
  }
}

const readUrl = async (url: string): Promise<FileBytes> => {
  const name = url.length > 100 ? `${url.slice(0, 100)}…` : url
  try {
    const response = await fetch(url)
    if (!response.ok) throw new Error(`status ${response.status} ${response.statusText}`.trim())
    return { bytes: new Uint8Array(await response.arrayBuffer()), name }
  } catch (error) {
    throw unreadable(name, `could not be fetched (${reasonOf(error)})`, error)
  }
}

export const unreadable = (name: string, problem: string, cause: unknown): GradloomError =>
  new GradloomError('file', `${name}: ${problem}`, { subject: name, cause })
