// Node's modules for files, asked for at run time: a bundler for browsers sees no `node:` import,
// and elsewhere there is `undefined`.

export interface NodeFiles {
  readonly fs: typeof import('node:fs/promises')
  readonly path: typeof import('node:path')
  readonly url: typeof import('node:url')
  readonly zlib: typeof import('node:zlib')
}

/** `undefined` where the program has no file system (browsers). */
export const nodeFiles = (): NodeFiles | undefined => {
  const load = globalThis.process?.getBuiltinModule
  if (typeof load !== 'function') return undefined
  return {
    fs: load('node:fs/promises'),
    path: load('node:path'),
    url: load('node:url'),
    zlib: load('node:zlib'),
  }
}

/** `ENOSPC`, `ENOENT`, …; `undefined` for errors that are not the system's. */
export const systemCode = (error: unknown): string | undefined => {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : undefined
}
