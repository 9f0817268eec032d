// Content stamps: "have these inputs changed since the outputs were made?" Not a build system.

import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { root } from './shell.mjs'

const skipped = new Set(['node_modules', 'target', '.git', 'dist', 'build'])

/** All files below `path` (or `path` itself), sorted, without build outputs. */
export const filesBelow = (path) => {
  if (!existsSync(path)) return []
  if (statSync(path).isFile()) return [path]
  const names = readdirSync(path).filter((name) => !skipped.has(name))
  return names.sort().flatMap((name) => filesBelow(join(path, name)))
}

/** One hash over the names and contents of the files below `paths`, and over `extra`. */
export const hashOf = (paths, extra = '') => {
  const hash = createHash('sha256').update(extra)
  for (const file of paths.flatMap((path) => filesBelow(resolve(root, path)))) {
    hash.update(`\0${relative(root, file)}\0`).update(readFileSync(file))
  }
  return hash.digest('hex')
}

/** Whether `stampFile` holds `hash` and every one of `outputs` exists. */
export const isCurrent = (stampFile, hash, outputs = []) =>
  existsSync(stampFile) &&
  readFileSync(stampFile, 'utf8') === hash &&
  outputs.every((output) => existsSync(output))

export const writeStamp = (stampFile, hash) => {
  mkdirSync(dirname(stampFile), { recursive: true })
  writeFileSync(stampFile, hash)
}
