// Files by path, where the program has a file system (Node). The browser builds take `no-disk.ts`
// in its place.

import { writeAtomically } from './atomic-write.ts'
import type { FileBytes } from './files.ts'
import { type NodeFiles, nodeFiles } from './node.ts'
import { reasonOf, unreadable } from './reasons.ts'

export interface Disk {
  /** Reads all of a file, given as a path or a `file:` URL. */
  read(source: string): Promise<FileBytes>
  write(path: string, bytes: Uint8Array): Promise<void>
  createDirectoryOf(path: string): Promise<void>
}

/** A single read of Node takes less than 2 GiB. */
const CHUNK = 2 ** 30

const readPath = async (path: string, fs: NodeFiles['fs']): Promise<FileBytes> => {
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

const createDirectoryOf = async (name: string, { fs, path }: NodeFiles): Promise<void> => {
  try {
    await fs.mkdir(path.dirname(name), { recursive: true })
  } catch (error) {
    throw unreadable(name, `its directory could not be created (${reasonOf(error)})`, error)
  }
}

/** `undefined` where there is no file system. */
export const disk = (): Disk | undefined => {
  const node = nodeFiles()
  return (
    node && {
      read: (source) =>
        readPath(source.startsWith('file:') ? node.url.fileURLToPath(source) : source, node.fs),
      write: writeAtomically,
      createDirectoryOf: (path) => createDirectoryOf(path, node),
    }
  )
}
