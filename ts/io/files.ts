// Where the bytes of a model come from and go to: paths in Node; URLs, `File`s, `Blob`s and
// downloads in browsers. It knows nothing of what is in them.

import { GradloomError } from '../errors.ts'
import { type Disk, disk } from './disk.ts'
import { reasonOf, unreadable } from './reasons.ts'

/** A path (Node), a URL, or the bytes in any form a browser hands them out. */
export type FileSource = string | URL | Blob | ArrayBuffer | Uint8Array

export interface FileBytes {
  readonly bytes: Uint8Array<ArrayBuffer>
  /** For messages. */
  readonly name: string
}

/** Reads all of `source`. */
export const readBytes = async (source: FileSource): Promise<FileBytes> => {
  if (source instanceof ArrayBuffer) return { bytes: bytesOf(source), name: 'ArrayBuffer' }
  if (source instanceof Uint8Array) return { bytes: ownBytes(source), name: 'Uint8Array' }
  if (source instanceof Blob) return readBlob(source)
  return diskOf(source)?.read(String(source)) ?? readUrl(String(source))
}

/** The file system that `source` is in; `undefined` where it must be fetched. */
export const diskOf = (source: string | URL): Disk | undefined =>
  isFetched(String(source)) ? undefined : disk()

/**
 * Writes a file: in Node atomically to the path `name`; in a browser page as a download of that
 * name. Elsewhere (workers) there is nowhere to write to: take the bytes and use `toBlob`.
 */
export const writeBytes = async (name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> => {
  const files = disk()
  if (files) return files.write(name, bytes)
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
  await disk()?.createDirectoryOf(name)
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

const bytesOf = (buffer: ArrayBuffer): Uint8Array<ArrayBuffer> => {
  try {
    return new Uint8Array(buffer)
  } catch (error) {
    throw unreadable('ArrayBuffer', `could not be read (${reasonOf(error)}); pass a copy`, error)
  }
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
