// Makes a project from a template: checks the name and the folder, copies the files. It asks nobody
// and prints nothing.

import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What each template is, in the order in which they are offered. */
export const templates = {
  'vite-ts': 'a page in TypeScript, built by Vite',
  'node-ts': 'a program for Node in TypeScript',
  html: 'one page without a build step',
}

/** @typedef {'argument' | 'no-answer' | 'no-name' | 'name' | 'template' | 'not-empty' | 'not-a-folder'} Code */

/** What a user can correct. `code` is one of `Code`. */
export class CreateError extends Error {
  name = 'CreateError'

  /** @param {Code} code */
  constructor(code, message) {
    super(message)
    this.code = code
  }
}

const folder = fileURLToPath(new URL('templates/', import.meta.url))

/** npm's rules for the name of a package without a scope. */
const NAME = /^[a-z0-9][a-z0-9._-]{0,213}$/
const TAKEN = ['node_modules', 'favicon.ico']

/** The name of the package: that of the folder. */
const nameOf = (path) => {
  const name = basename(path)
  if (NAME.test(name) && !TAKEN.includes(name)) return name
  throw new CreateError(
    'name',
    `'${name}' cannot be the name of a package: use small letters, digits, '-', '.' and '_', ` +
      'with a letter or a digit first.',
  )
}

const checkTemplate = (template) => {
  if (Object.hasOwn(templates, template)) return
  const known = Object.keys(templates).join(', ')
  throw new CreateError('template', `there is no template '${template}'; there are: ${known}.`)
}

/** A new folder, or one with nothing but what git keeps. */
const checkPlace = (path) => {
  if (!existsSync(path)) return
  if (!statSync(path).isDirectory()) {
    throw new CreateError('not-a-folder', `${path} is a file; choose another name.`)
  }
  const found = readdirSync(path).filter((name) => name !== '.git')
  if (found.length === 0) return
  throw new CreateError(
    'not-empty',
    `${path} is not empty (${found[0]} …); choose another name, or empty it first.`,
  )
}

/** npm leaves files named .gitignore out of packages. */
const rename = (path) => {
  if (existsSync(join(path, '_gitignore'))) {
    renameSync(join(path, '_gitignore'), join(path, '.gitignore'))
  }
}

/**
 * Writes the project into `directory` (its last part is the name of the package). Returns the path.
 * Throws a `CreateError` before anything is written.
 */
export const create = (directory, template) => {
  if (!directory) throw new CreateError('no-name', 'the name of the folder is missing.')
  const path = resolve(directory)
  const name = nameOf(path)
  checkTemplate(template)
  checkPlace(path)
  mkdirSync(path, { recursive: true })
  cpSync(join(folder, template), path, { recursive: true })
  rename(path)
  const manifest = join(path, 'package.json')
  const { name: _, ...rest } = JSON.parse(readFileSync(manifest, 'utf8'))
  writeFileSync(manifest, `${JSON.stringify({ name, ...rest }, null, 2)}\n`)
  return path
}
