// Replaces a file in one step (Node): readers see the old contents or the new, never a part, and a
// failure or a power cut leaves the old file. Temporary file beside the target, fsync, rename,
// fsync of the directory.

import { GradloomError } from '../errors.ts'
import { nodeFiles, systemCode } from './node.ts'
import { reasonOf } from './reasons.ts'

type Fs = typeof import('node:fs/promises')
type Path = typeof import('node:path')
type Stats = import('node:fs').Stats

const MAX_LINKS = 40

/**
 * File systems on which a directory cannot be opened or flushed answer so; nothing is lost there.
 */
const NO_DIRECTORY_SYNC = new Set(['EINVAL', 'ENOTSUP', 'EISDIR', 'EPERM', 'EACCES', 'EBADF'])

/** Writes `bytes` to `path`; a symbolic link stays and its target is replaced. */
export const writeAtomically = async (path: string, bytes: Uint8Array): Promise<void> => {
  const node = nodeFiles()
  if (!node) throw new GradloomError('unsupported', `${path}: there is no file system here`)
  const { fs } = node
  let temporary: string | undefined
  let replaced = false
  try {
    const target = await followLinks(fs, node.path, node.path.resolve(path))
    const old = await statOf(fs, target)
    if (old && !old.isFile()) throw new Error('it exists and is not a regular file')
    const directory = node.path.dirname(target)
    temporary = node.path.join(directory, `.gradloom-${crypto.randomUUID()}.tmp`)
    await writeFlushed(fs, temporary, bytes, old)
    await fs.rename(temporary, target)
    replaced = true
    await syncDirectory(fs, directory)
  } catch (error) {
    if (replaced) throw notFlushed(path, error)
    if (temporary !== undefined) await fs.rm(temporary, { force: true }).catch(() => {})
    throw failed(path, error)
  }
}

/** What `path` finally names: `rename` would replace a link instead of the file behind it. */
const followLinks = async (fs: Fs, paths: Path, path: string): Promise<string> => {
  let target = path
  for (let i = 0; i < MAX_LINKS; i++) {
    const link = await fs.readlink(target).catch((error: unknown) => {
      if (['EINVAL', 'ENOENT', 'UNKNOWN'].includes(systemCode(error) ?? '')) return undefined
      throw error
    })
    if (link === undefined) return target
    target = paths.resolve(paths.dirname(target), link)
  }
  throw new Error('too many symbolic links')
}

const statOf = async (fs: Fs, path: string): Promise<Stats | undefined> =>
  fs.stat(path).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return undefined
    throw error
  })

/** The new file gets the rights of the old one, and its owner where that is allowed. */
const writeFlushed = async (
  fs: Fs,
  path: string,
  bytes: Uint8Array,
  old: Stats | undefined,
): Promise<void> => {
  const handle = await fs.open(path, 'wx', 0o666)
  try {
    await handle.writeFile(bytes)
    if (old) {
      await handle.chown(old.uid, old.gid).catch(() => {})
      await handle.chmod(old.mode & 0o7777).catch(() => {})
    }
    await handle.sync()
  } finally {
    await handle.close()
  }
}

const syncDirectory = async (fs: Fs, path: string): Promise<void> => {
  try {
    const handle = await fs.open(path, 'r')
    await handle.sync().finally(() => handle.close())
  } catch (error) {
    if (!NO_DIRECTORY_SYNC.has(systemCode(error) ?? '')) throw error
  }
}

const FIXES: Readonly<Record<string, string>> = {
  ENOSPC: 'free some space',
  EDQUOT: 'free some space',
  EFBIG: 'raise the limit on the size of files',
  EACCES: 'choose a place that you may write to',
  EPERM: 'choose a place that you may write to',
  EROFS: 'choose a place that you may write to',
  ENOENT: 'create the directory first',
}

const failed = (path: string, error: unknown): GradloomError => {
  const fix = FIXES[systemCode(error) ?? '']
  return new GradloomError(
    'file',
    `${path}: could not be written (${reasonOf(error)})${fix ? `; ${fix}` : ''}; ` +
      'a file that was there before is unchanged',
    { subject: path, cause: error },
  )
}

const notFlushed = (path: string, error: unknown): GradloomError =>
  new GradloomError(
    'file',
    `${path}: written, but the system could not flush its directory (${reasonOf(error)}); ` +
      'after a power cut the old file may be back',
    { subject: path, cause: error },
  )
