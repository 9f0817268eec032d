// Atomic writing, against real file systems: also a full one, one that may not be written to, and a
// limit on the size of files. Whatever happens, the old file is whole and no temporary file stays.

import { spawnSync } from 'node:child_process'
import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isMainThread } from 'node:worker_threads'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { refusal } from '../testing/refusal.ts'
import { writeAtomically } from './atomic-write.ts'

const old = new TextEncoder().encode('old')
const fresh = new TextEncoder().encode('fresh')
const big = new Uint8Array(4_000_000).fill(7)
let directory: string

beforeEach(() => {
  directory = fs.mkdtempSync(join(tmpdir(), 'gradloom-'))
})
afterEach(() => {
  vi.restoreAllMocks()
  fs.chmodSync(directory, 0o700)
  fs.rmSync(directory, { recursive: true })
})

const path = (name: string): string => join(directory, name)
const textOf = (name: string): string => fs.readFileSync(path(name), 'utf8')

const asRoot = process.getuid?.() === 0
const linux = process.platform === 'linux'

describe('a write', () => {
  it('makes a file and replaces it, leaving nothing else', async () => {
    await writeAtomically(path('m'), old)
    expect(textOf('m')).toBe('old')
    await writeAtomically(path('m'), fresh)
    expect(textOf('m')).toBe('fresh')
    expect(fs.readdirSync(directory)).toEqual(['m'])
  })

  it('takes a new place on disk, so that readers of the old file keep it', async () => {
    fs.writeFileSync(path('m'), old)
    const reader = fs.openSync(path('m'), 'r')
    await writeAtomically(path('m'), fresh)
    expect(fs.readFileSync(reader, 'utf8')).toBe('old')
    fs.closeSync(reader)
  })

  it('keeps the rights of the old file', async () => {
    fs.writeFileSync(path('m'), old)
    fs.chmodSync(path('m'), 0o640)
    await writeAtomically(path('m'), fresh)
    expect(fs.statSync(path('m')).mode & 0o777).toBe(0o640)
  })

  it.runIf(asRoot)('keeps the owner of the old file', async () => {
    fs.writeFileSync(path('m'), old)
    fs.chownSync(path('m'), 65534, 65534)
    await writeAtomically(path('m'), fresh)
    expect(fs.statSync(path('m'))).toMatchObject({ uid: 65534, gid: 65534 })
  })

  it('takes the longest names', async () => {
    await writeAtomically(path('n'.repeat(255)), fresh)
    expect(fs.readdirSync(directory)).toEqual(['n'.repeat(255)])
  })

  it('at the same time as others leaves one of them whole', async () => {
    const all = Array.from({ length: 8 }, (_, i) => new Uint8Array(100_000).fill(i))
    await Promise.all(all.map((bytes) => writeAtomically(path('m'), bytes)))
    const got = fs.readFileSync(path('m'))
    expect(got.length).toBe(100_000)
    expect(new Set(got).size).toBe(1)
    expect(fs.readdirSync(directory)).toEqual(['m'])
  })

  it('flushes the file before the rename and the directory after it', async () => {
    const steps: string[] = []
    const node = process.getBuiltinModule('node:fs/promises')
    const { open, rename } = node
    vi.spyOn(node, 'open').mockImplementation(async (name, ...rest) => {
      const handle = await open(name, ...rest)
      const sync = handle.sync.bind(handle)
      handle.sync = () => {
        steps.push(`sync ${name === directory ? 'directory' : 'file'}`)
        return sync()
      }
      return handle
    })
    vi.spyOn(node, 'rename').mockImplementation((from, to) => {
      steps.push('rename')
      return rename(from, to)
    })
    await writeAtomically(path('m'), fresh)
    expect(steps).toEqual(['sync file', 'rename', 'sync directory'])
  })
})

describe('a symbolic link', () => {
  const targets = ['real', 'sub/real', './sub/../real']
  it.each(targets)('to %s stays, and the file behind it is replaced', async (target) => {
    fs.mkdirSync(path('sub'))
    fs.writeFileSync(path(target), old)
    fs.symlinkSync(target, path('link'))
    await writeAtomically(path('link'), fresh)
    expect(fs.readlinkSync(path('link'))).toBe(target)
    expect(textOf(target)).toBe('fresh')
  })

  it('to a link, and to nothing yet', async () => {
    fs.symlinkSync('second', path('first'))
    fs.symlinkSync('real', path('second'))
    await writeAtomically(path('first'), fresh)
    expect(textOf('real')).toBe('fresh')
    expect(fs.lstatSync(path('second')).isSymbolicLink()).toBe(true)
  })

  it('to itself is refused', async () => {
    fs.symlinkSync('loop', path('loop'))
    const refused = refusal('file', path('loop'), 'links')
    await expect(writeAtomically(path('loop'), fresh)).rejects.toThrow(refused)
  })
})

describe('a failure', () => {
  it.each(['sub', '.'])('at the directory %s', async (name) => {
    fs.mkdirSync(path('sub'))
    const refused = refusal('file', path(name), 'not a regular file')
    await expect(writeAtomically(path(name), fresh)).rejects.toThrow(refused)
    expect(fs.readdirSync(directory)).toEqual(['sub'])
  })

  it('at a missing directory', async () => {
    const refused = refusal('file', path('none/m'), 'ENOENT', 'create the directory')
    await expect(writeAtomically(path('none/m'), fresh)).rejects.toThrow(refused)
  })

  it('at a pipe, which is not replaced', async () => {
    spawnSync('mkfifo', [path('pipe')])
    const refused = refusal('file', path('pipe'), 'not a regular file')
    await expect(writeAtomically(path('pipe'), fresh)).rejects.toThrow(refused)
    expect(fs.statSync(path('pipe')).isFIFO()).toBe(true)
  })

  it.runIf(isMainThread && process.seteuid)('without the right to write', async () => {
    fs.writeFileSync(path('m'), old)
    fs.chmodSync(directory, 0o555)
    if (asRoot) process.seteuid?.(65534)
    try {
      const refused = refusal('file', path('m'), 'EACCES', 'may write')
      await expect(writeAtomically(path('m'), fresh)).rejects.toThrow(refused)
    } finally {
      if (asRoot) process.seteuid?.(0)
    }
    expect(textOf('m')).toBe('old')
    expect(fs.readdirSync(directory)).toEqual(['m'])
  })

  it.each(['writeFile', 'sync', 'close', 'rename'])('in %s', async (step) => {
    fs.writeFileSync(path('m'), old)
    const node = process.getBuiltinModule('node:fs/promises')
    const broken = Object.assign(new Error('EIO: i/o error'), { code: 'EIO' })
    const { open } = node
    if (step === 'rename') vi.spyOn(node, 'rename').mockRejectedValue(broken)
    else {
      vi.spyOn(node, 'open').mockImplementation(async (...all) => {
        const handle = await open(...all)
        const close = handle.close.bind(handle)
        const fail = () => close().then(() => Promise.reject(broken))
        return Object.assign(
          handle,
          step === 'close' ? { close: fail } : { [step]: () => Promise.reject(broken) },
        )
      })
    }
    const refused = refusal('file', path('m'), 'EIO', 'unchanged')
    await expect(writeAtomically(path('m'), fresh)).rejects.toThrow(refused)
    vi.restoreAllMocks()
    expect(textOf('m')).toBe('old')
    expect(fs.readdirSync(directory)).toEqual(['m'])
  })

  it('to flush the directory is told apart', async () => {
    const node = process.getBuiltinModule('node:fs/promises')
    const { open } = node
    vi.spyOn(node, 'open').mockImplementation((name, ...rest) =>
      name === directory
        ? Promise.reject(Object.assign(new Error('EIO: i/o error'), { code: 'EIO' }))
        : open(name, ...rest),
    )
    const refused = refusal('file', path('m'), 'could not flush its directory')
    await expect(writeAtomically(path('m'), fresh)).rejects.toThrow(refused)
    expect(textOf('m')).toBe('fresh')
  })
})

describe('a full disk', () => {
  const tried: string[] = []

  /** Writes more than fits beside an old file that must survive. */
  const fill = async (place: string, code: string): Promise<void> => {
    const file = join(place, 'm')
    fs.writeFileSync(file, old)
    const refused = refusal('file', file, code, 'unchanged')
    await expect(writeAtomically(file, big)).rejects.toThrow(refused)
    expect(fs.readFileSync(file, 'utf8')).toBe('old')
    expect(fs.readdirSync(place)).toEqual(['m'])
    await writeAtomically(file, fresh)
    expect(fs.readFileSync(file, 'utf8')).toBe('fresh')
    tried.push(code)
  }

  it('of one megabyte', async ({ skip }) => {
    const mount = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', directory])
    if (mount.status !== 0) skip('a small file system cannot be mounted here')
    try {
      await fill(directory, 'ENOSPC')
    } finally {
      spawnSync('umount', [directory])
    }
  })

  it('or a limit on the size of files', async ({ skip }) => {
    const limit = (...rest: string[]) =>
      spawnSync('prlimit', ['--pid', String(process.pid), ...rest], { encoding: 'utf8' })
    const before = limit('--fsize', '-o', 'SOFT', '--noheadings')
    if (!isMainThread || before.status !== 0) skip('the limit of this process cannot be set')
    limit('--fsize=65536:')
    try {
      await fill(directory, 'EFBIG')
    } finally {
      limit(`--fsize=${before.stdout.trim()}:`)
    }
  })

  it.runIf(linux)('was really tried', () => {
    expect(tried).not.toEqual([])
  })
})
