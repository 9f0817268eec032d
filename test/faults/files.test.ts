// The table of faults, group three: files that are cut, changed or made up, and places that cannot be
// written to. A file either loads or is refused with a typed error; an old file survives whatever happens.

import { execFile, spawnSync } from 'node:child_process'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { isMainThread } from 'node:worker_threads'
import { expect } from 'vitest'
import { callbacks, GradloomError, loadModel, type Model, type Tensor } from '../../ts/index.ts'
import { hashOf, numbers } from '../e2e/support.ts'
import { playTable, quiet, type Row, type Scene, x, y } from './table.ts'

const MIB = 2 ** 20
/** Seconds on a quiet machine. */
const LONG_MS = 150_000
const run = promisify(execFile)

const bytesOf = async (model: Model): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(await (await model.save('blob')).arrayBuffer())

/** A safetensors file of this header, which may be any text, and so many bytes of data. */
const fileOf = (header: unknown, bytes = 0): Uint8Array<ArrayBuffer> => {
  const text = typeof header === 'string' ? header : JSON.stringify(header)
  const json = new TextEncoder().encode(text)
  const file = new Uint8Array(8 + json.length + bytes)
  new DataView(file.buffer).setBigUint64(0, BigInt(json.length), true)
  file.set(json, 8)
  return file
}

const f32 = (shape: readonly number[], start: number, end: number) => ({
  dtype: 'F32',
  shape,
  data_offsets: [start, end],
})

/** A file that is refused for its header. */
const header = (name: string, says: readonly string[], text: unknown, bytes = 0): Row => ({
  name,
  code: 'file-format',
  says,
  run: () => loadModel(fileOf(text, bytes)),
})

/** The header of a trained model, changed as text. */
const edited = (name: string, row: Partial<Row>, from: string | RegExp, to: string): Row => ({
  name,
  code: 'file-format',
  ...row,
  run: async ({ classifier }) => {
    const file = await bytesOf(classifier())
    const length = Number(new DataView(file.buffer).getBigUint64(0, true))
    const text = new TextDecoder().decode(file.subarray(8, 8 + length))
    expect(text).toMatch(from)
    const rest = file.subarray(8 + length)
    const changed = fileOf(text.replace(from, to), rest.length)
    changed.set(rest, changed.length - rest.length)
    const loaded = await loadModel(changed)
    expect(Object.prototype).not.toHaveProperty('polluted')
    await loaded.predict(x)
    loaded.dispose()
  },
})

const lengthOf = (length: bigint, file: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> => {
  new DataView(file.buffer).setBigUint64(0, length, true)
  return file
}

const LIMIT = 100_000_000

const headers: Row[] = [
  header('a header of nothing', ['does not start'], ''),
  header('a header without a model', ['holds no Gradloom model'], '{}'),
  header('a header that is a list', ['does not start'], '[]'),
  header('a header that is no UTF-8', ['JSON'], '{"\ud800": 1'),
  {
    name: 'a header as long as the format allows',
    code: 'file-format',
    says: ['holds no Gradloom model'],
    run: () => loadModel(fileOf(`{${' '.repeat(LIMIT - 2)}}`)),
  },
  {
    name: 'a header longer than the format allows',
    code: 'file-format',
    says: ['100000001', 'over the limit'],
    run: () => loadModel(lengthOf(BigInt(LIMIT + 1), fileOf('{}'))),
  },
  {
    name: 'a header of 2⁶⁴ − 1 bytes',
    code: 'file-format',
    says: ['18446744073709551615', 'over the limit'],
    run: () => loadModel(lengthOf(2n ** 64n - 1n, fileOf('{}'))),
  },
  {
    name: 'a header longer than the file',
    code: 'file-format',
    says: ['1000 bytes', '2 left'],
    run: () => loadModel(lengthOf(1000n, fileOf('{}'))),
  },
  header('nesting without end', ['JSON'], `{"a":${'['.repeat(1e6)}`),
  header('a number of the wrong kind', ['data_offsets'], { a: f32([1], -4, 0) }),
]

const sizes: Row[] = [
  header('a shape of 2⁶⁴ elements', ['[4294967296,4294967296]', 'too big'], {
    a: f32([2 ** 32, 2 ** 32], 0, 4),
  }),
  header('a shape of 2⁵³ elements', ['too big'], { a: f32([2 ** 52, 2 ** 10], 0, 4) }),
  header('a shape of 2⁵¹ elements in four bytes', ['takes 9007199254740992 bytes'], {
    a: f32([2 ** 51], 0, 4),
  }),
  header('a size beyond whole numbers', ['not a list of sizes'], {
    a: { dtype: 'F32', shape: [1e300], data_offsets: [0, 4] },
  }),
  header('a shape whose zero hides an overflow', [], {
    a: f32([2 ** 40, 2 ** 40, 0], 0, 0),
  }),
  header('a size below zero', ['not a list of sizes'], { a: f32([-1], 0, 4) }),
  header('a size that is no whole number', ['not a list of sizes'], { a: f32([0.5], 0, 4) }),
  header('offsets beyond the file', ['bytes are missing'], {
    a: f32([2 ** 40], 0, 2 ** 42),
  }),
  header('offsets the wrong way round', ['data_offsets'], { a: f32([1], 4, 0) }, 4),
  header('tensors that overlap', ['"b"', 'overlap'], { a: f32([2], 0, 8), b: f32([2], 4, 12) }, 12),
  header(
    'a gap between tensors',
    ['"b"', '4 unused bytes'],
    { a: f32([1], 0, 4), b: f32([1], 8, 12) },
    12,
  ),
  header('bytes behind the last tensor', ['4 unused bytes at the end'], { a: f32([1], 0, 4) }, 8),
  header('a dtype that there is not', ['"F33"'], { a: { ...f32([1], 0, 4), dtype: 'F33' } }, 4),
  header(
    'a dtype named like a property of objects',
    ['"constructor"'],
    {
      a: { ...f32([1], 0, 4), dtype: 'constructor' },
    },
    4,
  ),
]

const path = (name: string): Row => ({
  name: `a tensor named ${name}`,
  code: 'file-format',
  says: ['belongs to no layer'],
  run: async ({ classifier, folder }) => {
    const before = fs.readdirSync(folder)
    const row = edited('', {}, '"dense/kernel":', `${JSON.stringify(name)}:`)
    await row.run({ classifier } as Scene).finally(() => {
      expect(fs.readdirSync(folder)).toEqual(before)
      expect({}).not.toHaveProperty('dtype')
    })
  },
})

const names: Row[] = [
  header('a tensor that is there twice', ['"a" twice'], '{"a":0,"a":0}'),
  header('a tensor that is there twice in other letters', ['"a" twice'], '{"a":0,"\\u0061":0}'),
  header(
    'metadata that is there twice',
    ['"format" twice'],
    '{"__metadata__":{"format":"x","format":"y"}}',
  ),
  header('metadata that is no text', ['"format" is not a string'], '{"__metadata__":{"format":1}}'),
  path('__proto__'),
  path('../../../etc/passwd'),
  path('/etc/passwd'),
  path('C:\\Windows'),
  edited(
    'metadata named __proto__',
    { code: 'fine' },
    '"__metadata__":{',
    '"__metadata__":{"__proto__":"{\\"polluted\\":1}",',
  ),
  edited(
    'options named __proto__',
    { code: 'fine' },
    '\\"units\\":16',
    '\\"__proto__\\":{\\"polluted\\":1},\\"units\\":16',
  ),
  edited(
    'a layer named like a property of objects',
    { code: 'unknown-name', says: ['constructor'] },
    '\\"type\\":\\"dropout\\"',
    '\\"type\\":\\"constructor\\"',
  ),
  edited(
    'an optimizer named like a property of objects',
    { code: 'unknown-name', says: ['toString'] },
    '\\"type\\":\\"adam\\"',
    '\\"type\\":\\"toString\\"',
  ),
  edited(
    'a layer of 2³² units',
    { says: ['4294967296'] },
    '\\"units\\":16',
    '\\"units\\":4294967296',
  ),
  edited(
    'a layer of 2³⁰ units',
    { says: ['1073741824'] },
    '\\"units\\":16',
    '\\"units\\":1073741824',
  ),
  edited('options of another type', { says: ['units'] }, '\\"units\\":16', '\\"units\\":[16]'),
  edited('a history that is none', { says: ["'history'"] }, '\\"epochs\\":[]', '\\"epochs\\":7'),
]

/** Loads, or says in a typed way why not. */
const outcomeOf = async (file: Uint8Array<ArrayBuffer>): Promise<string> => {
  try {
    const model = await loadModel(file)
    const sized = model.variables.every(({ shape }) => shape.every((d) => Number.isSafeInteger(d)))
    model.dispose()
    return sized ? 'fine' : 'odd'
  } catch (error) {
    if (error instanceof GradloomError) return error.code
    throw error
  }
}

const joined = (a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> => {
  const both = new Uint8Array(a.length + b.length)
  both.set(a)
  both.set(b, a.length)
  return both
}

const MUTATIONS = 10_000

/** Bytes flipped, set, cut out, doubled or moved; most of them in the header, where it matters. */
const mutated = (file: Uint8Array<ArrayBuffer>, next: () => number): Uint8Array<ArrayBuffer> => {
  const below = (n: number) => Math.floor(next() * n)
  let bytes = file.slice()
  const header = 8 + Number(new DataView(file.buffer).getBigUint64(0, true))
  for (let left = 1 + below(3); left > 0; left--) {
    const at = below(next() < 0.95 ? header : bytes.length)
    const size = 1 + below(12)
    const kind = below(5)
    if (kind === 0) bytes[at] = (bytes[at] as number) ^ (1 << below(8))
    else if (kind === 1) bytes[at] = '0123456789{}[]",:-.e\\'.charCodeAt(below(21))
    else if (kind === 2) bytes = joined(bytes.subarray(0, at), bytes.subarray(at + size))
    else if (kind === 3) bytes = joined(bytes.subarray(0, at + size), bytes.subarray(at))
    else bytes.copyWithin(at, below(header), below(header))
  }
  // Else nearly all would be refused for the length alone.
  const grown = bytes.length - file.length
  if (bytes.length > 8 && next() < 0.9) {
    new DataView(bytes.buffer).setBigUint64(0, BigInt(Math.max(0, header - 8 + grown)), true)
  }
  return bytes
}

const damaged: Row[] = [
  {
    name: 'every truncation of a file',
    code: 'fine',
    limitMs: LONG_MS,
    run: async ({ classifier }) => {
      const file = await bytesOf(classifier())
      for (let length = 0; length < file.length; length++) {
        expect(await outcomeOf(file.subarray(0, length)), `${length} bytes`).toBe('file-format')
      }
    },
  },
  {
    name: `${MUTATIONS} mutations of a file`,
    code: 'fine',
    limitMs: LONG_MS,
    run: async ({ classifier }) => {
      const model = classifier()
      await model.fit(x, y, quiet)
      const file = await bytesOf(model)
      const next = numbers(20_261_123)
      const counts: Record<string, number> = {}
      for (let i = 0; i < MUTATIONS; i++) {
        const bytes = mutated(file, next)
        const outcome = await outcomeOf(bytes).catch((error: unknown) => {
          const text = new TextDecoder().decode(bytes.subarray(0, 4000))
          throw new Error(`mutation ${i}: ${text}`, { cause: error })
        })
        counts[outcome] = (counts[outcome] ?? 0) + 1
      }
      expect(Object.keys(counts)).toEqual(expect.arrayContaining(['fine', 'file-format']))
      expect(['fine', 'file-format', 'unknown-name', 'unsupported']).toEqual(
        expect.arrayContaining(Object.keys(counts)),
      )
      expect(process.memoryUsage().arrayBuffers).toBeLessThan(512 * MIB)
    },
  },
]

/** A file of an older model, which a failing save must leave as it is. */
const withOld = async ({ classifier, folder }: Scene) => {
  const old = classifier()
  const file = join(folder, 'model.safetensors')
  await old.save(file)
  return { file, old: fs.readFileSync(file), model: classifier() }
}

const refusedSave = async (model: Model, file: string, old: Uint8Array): Promise<void> => {
  await model.save(file).finally(() => {
    expect(fs.readFileSync(file)).toEqual(old)
    expect(fs.readdirSync(join(file, '..'))).toEqual(['model.safetensors'])
  })
}

const mounted = (folder: string, options: string): boolean =>
  spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]).status === 0

const unmount = (folder: string): void => void spawnSync('umount', ['-l', folder])

const cannotMount = (): string | undefined => {
  const folder = fs.mkdtempSync('/tmp/gradloom-mount-')
  const can = mounted(folder, 'size=64k')
  if (can) unmount(folder)
  fs.rmdirSync(folder)
  return can ? undefined : 'no file system can be mounted here'
}

/** As a user who owns nothing. */
const unprivileged = async (call: () => Promise<unknown>): Promise<unknown> => {
  process.seteuid?.(65534)
  try {
    return await call()
  } finally {
    process.seteuid?.(0)
  }
}

const notRoot = (): string | undefined =>
  isMainThread && process.geteuid?.() === 0 ? undefined : 'only root can become someone else'

const limit = (...rest: string[]) =>
  spawnSync('prlimit', ['--pid', String(process.pid), ...rest], { encoding: 'utf8' })

const dying = fileURLToPath(new URL('dying-save.mjs', import.meta.url))

const save = (file: string, seed: number, at: number): Promise<{ killed: boolean }> =>
  run(process.execPath, [dying, file, String(seed), String(at)]).then(
    () => ({ killed: false }),
    (error: { signal?: string }) => {
      if (error.signal !== 'SIGKILL') throw error
      return { killed: true }
    },
  )

const writing: Row[] = [
  {
    name: 'a process killed at every file operation of a save',
    code: 'fine',
    limitMs: LONG_MS,
    run: async ({ folder }) => {
      const file = join(folder, 'model.safetensors')
      await save(file, 1, 0)
      const old = fs.readFileSync(file)
      const fresh = join(folder, 'fresh')
      await save(fresh, 2, 0)
      const next = fs.readFileSync(fresh)
      let survivors = 0
      let deaths = 0
      for (;;) {
        const { killed } = await save(file, 2, deaths + 1)
        const now = fs.readFileSync(file)
        expect([old, next].some((bytes) => bytes.equals(now))).toBe(true)
        if (now.equals(old)) survivors += 1
        ;(await loadModel(file)).dispose()
        for (const name of fs.readdirSync(folder)) {
          if (name.startsWith('.gradloom-')) fs.rmSync(join(folder, name))
        }
        if (!killed) break
        deaths += 1
        fs.writeFileSync(file, old)
      }
      expect(deaths).toBeGreaterThan(8)
      expect(survivors).toBeGreaterThan(6)
      expect(survivors).toBeLessThan(deaths)
    },
  },
  {
    name: 'no space on the disk',
    code: 'file',
    says: ['ENOSPC', 'free some space', 'unchanged'],
    obstacle: cannotMount,
    run: async (scene) => {
      expect(mounted(scene.folder, 'size=64k')).toBe(true)
      try {
        const { file, old, model } = await withOld(scene)
        const { bavail, bsize } = fs.statfsSync(scene.folder)
        fs.appendFileSync(file, new Uint8Array(bavail * bsize))
        const full = fs.readFileSync(file)
        expect(full.length).toBeGreaterThan(old.length)
        await refusedSave(model, file, full)
      } finally {
        unmount(scene.folder)
      }
    },
  },
  {
    name: 'a limit on the size of files',
    code: 'file',
    says: ['EFBIG', 'raise the limit', 'unchanged'],
    obstacle: () => (isMainThread && limit().status === 0 ? undefined : 'no limit can be set here'),
    run: async (scene) => {
      const { file, old, model } = await withOld(scene)
      const before = limit('--fsize', '-o', 'SOFT', '--noheadings').stdout.trim()
      limit('--fsize=1024:')
      await refusedSave(model, file, old).finally(() => limit(`--fsize=${before}:`))
    },
  },
  {
    name: 'a folder that may not be written to',
    code: 'file',
    says: ['EACCES', 'may write to'],
    obstacle: notRoot,
    run: async (scene) => {
      const { file, old, model } = await withOld(scene)
      fs.chmodSync(scene.folder, 0o555)
      await unprivileged(() => refusedSave(model, file, old)).finally(() =>
        fs.chmodSync(scene.folder, 0o700),
      )
    },
  },
  {
    name: 'a disk that may only be read',
    code: 'file',
    says: ['EROFS', 'may write to'],
    obstacle: cannotMount,
    run: async ({ classifier, folder }) => {
      expect(mounted(folder, 'ro')).toBe(true)
      const saving = classifier().save(join(folder, 'm'))
      await saving.finally(() => unmount(folder))
    },
  },
  {
    name: 'a folder that there is not',
    code: 'file',
    says: ['ENOENT', 'create the directory first'],
    run: ({ classifier, folder }) => classifier().save(join(folder, 'none', 'm')),
  },
  {
    name: 'a folder in the place of the file',
    code: 'file',
    says: ['not a regular file'],
    run: ({ classifier, folder }) => classifier().save(folder),
  },
  {
    name: 'a symbolic link stays, and the file behind it is replaced',
    code: 'fine',
    run: async (scene) => {
      const { file, old, model } = await withOld(scene)
      await model.fit(x, y, quiet)
      const link = join(scene.folder, 'link')
      fs.symlinkSync('model.safetensors', link)
      await model.save(link)
      expect(fs.readlinkSync(link)).toBe('model.safetensors')
      expect(fs.readFileSync(file)).not.toEqual(old)
      expect(await hashOf(await loadModel(link))).toBe(await hashOf(model))
    },
  },
  {
    name: 'a symbolic link to nothing yet',
    code: 'fine',
    run: async ({ classifier, folder }) => {
      fs.symlinkSync('later', join(folder, 'link'))
      await classifier().save(join(folder, 'link'))
      expect(fs.lstatSync(join(folder, 'later')).isFile()).toBe(true)
    },
  },
  {
    name: 'a symbolic link to itself',
    code: 'file',
    says: ['links'],
    run: async ({ classifier, folder }) => {
      fs.symlinkSync('loop', join(folder, 'loop'))
      await classifier().save(join(folder, 'loop'))
    },
  },
  {
    name: 'a symbolic link to a folder',
    code: 'file',
    says: ['not a regular file'],
    run: async ({ classifier, folder }) => {
      fs.symlinkSync('.', join(folder, 'link'))
      await classifier().save(join(folder, 'link'))
    },
  },
  {
    name: 'a checkpoint that cannot be written ends the training',
    code: 'file',
    says: ['none'],
    run: async ({ classifier, folder }) => {
      fs.writeFileSync(join(folder, 'none'), '')
      const checkpoint = callbacks.modelCheckpoint({
        filepath: join(folder, 'none', 'm.safetensors'),
      })
      await classifier().fit(x, y, { epochs: 3, callbacks: [checkpoint], ...quiet })
    },
  },
  {
    name: 'ten saves to one path at once',
    code: 'fine',
    run: async ({ classifier, folder }) => {
      const model = classifier()
      await Promise.all(Array.from({ length: 10 }, () => model.save(join(folder, 'm'))))
      expect(fs.readdirSync(folder)).toEqual(['m'])
      expect(await hashOf(await loadModel(join(folder, 'm')))).toBe(await hashOf(model))
    },
  },
]

const reading: Row[] = [
  {
    name: 'a file that there is not',
    code: 'file',
    says: ['none', 'ENOENT'],
    run: ({ folder }) => loadModel(join(folder, 'none')),
  },
  {
    name: 'a folder instead of a file',
    code: 'file',
    run: ({ folder }) => loadModel(folder),
  },
  {
    name: 'a pipe instead of a file',
    code: 'file',
    says: ['not a regular file'],
    run: ({ folder }) => {
      spawnSync('mkfifo', [join(folder, 'pipe')])
      return loadModel(join(folder, 'pipe'))
    },
  },
  {
    name: 'a file that may not be read',
    code: 'file',
    says: ['EACCES'],
    obstacle: notRoot,
    run: async (scene) => {
      const { file } = await withOld(scene)
      fs.chmodSync(file, 0)
      await unprivileged(() => loadModel(file))
    },
  },
  {
    name: 'a file larger than memory',
    code: 'file',
    says: ['sparse'],
    run: async ({ folder }) => {
      const file = join(folder, 'sparse')
      fs.writeFileSync(file, '')
      fs.truncateSync(file, 2 ** 42)
      await loadModel(file)
    },
  },
  {
    name: 'a link to itself instead of a file',
    code: 'file',
    says: ['ELOOP'],
    run: ({ folder }) => {
      fs.symlinkSync('loop', join(folder, 'loop'))
      return loadModel(join(folder, 'loop'))
    },
  },
  {
    name: 'tensors in another order than their names',
    code: 'fine',
    run: async ({ classifier }) => {
      const model = classifier()
      const file = await bytesOf(model)
      const length = Number(new DataView(file.buffer).getBigUint64(0, true))
      const text = new TextDecoder().decode(file.subarray(8, 8 + length))
      const entries = Object.entries(JSON.parse(text) as object).reverse()
      const turned = fileOf(Object.fromEntries(entries), file.length - 8 - length)
      turned.set(file.subarray(8 + length), turned.length - (file.length - 8 - length))
      const loaded = await loadModel(turned)
      expect(await hashOf(loaded)).toBe(await hashOf(model))
      expect(((await loaded.predict(x)) as Tensor).shape).toEqual([100, 3])
      loaded.dispose()
    },
  },
]

playTable('files', [...headers, ...sizes, ...names, ...damaged, ...writing, ...reading])
