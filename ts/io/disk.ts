// Files by path, where the program has a file system (Node). The browser builds take `no-disk.ts`
// in its place.

import { writeAtomically } from './atomic-write.ts'
import type { FileBytes } from './files.ts'
import { type NodeFiles, nodeFiles } from './node.ts'
import { reasonOf, unreadable } from './reasons.ts'

export interface Disk {
  /** Reads all of a file, given as a path or a `file:` URL. */
  read(source: string): Promise<FileBytes>
  /** The same, piece by piece. */
  pieces(source: string): AsyncGenerator<Uint8Array, void, undefined>
  /** The files below a folder: [name from there on, path]. */
  list(source: string): Promise<[name: string, path: string][]>
  write(path: string, bytes: Uint8Array): Promise<void>
  createDirectoryOf(path: string): Promise<void>
}

/** A single read of Node takes less than 2 GiB. */
const CHUNK = 2 ** 30

const readPath = async (path: string, fs: NodeFiles['fs']): Promise<FileBytes> => {
  try {
    // To open a pipe that nobody writes to would take for ever.
    if (!(await fs.stat(path)).isFile()) throw new Error('it is not a regular file')
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

async function* pathPieces(
  path: string,
  fs: NodeFiles['fs'],
): AsyncGenerator<Uint8Array, void, undefined> {
  const handle = await fs.open(path, 'r')
  try {
    while (true) {
      const { bytesRead, buffer } = await handle.read(new Uint8Array(2 ** 16))
      if (bytesRead === 0) return
      yield buffer.subarray(0, bytesRead)
    }
  } finally {
    await handle.close()
  }
}

const listFolder = async (folder: string, { fs, path }: NodeFiles): Promise<[string, string][]> => {
  try {
    const names = await fs.readdir(folder, { recursive: true })
    return names.map((name) => [name.replaceAll('\\', '/'), path.join(folder, name)])
  } catch (error) {
    throw unreadable(folder, `its files could not be listed (${reasonOf(error)})`, error)
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
  const pathOf = (source: string): string =>
    source.startsWith('file:') ? (node as NodeFiles).url.fileURLToPath(source) : source
  return (
    node && {
      read: (source) => readPath(pathOf(source), node.fs),
      pieces: (source) => pathPieces(pathOf(source), node.fs),
      list: (source) => listFolder(pathOf(source), node),
      write: writeAtomically,
      createDirectoryOf: (path) => createDirectoryOf(path, node),
    }
  )
}
