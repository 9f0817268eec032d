// What `npm create gradloom` makes and what it refuses, and that its versions are those of the package.

import { spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, it } from 'vitest'
import { CreateError, create, templates } from './create.mjs'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))
const json = (path) => JSON.parse(readFileSync(path, 'utf8'))
const folder = mkdtempSync(join(tmpdir(), 'create-gradloom-'))

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const run = (...args) =>
  spawnSync(process.execPath, [here('index.mjs'), ...args], { cwd: folder, encoding: 'utf8' })

it.each(Object.keys(templates))('%s: a named project with a README', (template) => {
  const { status, stdout } = run(`my-${template}`, '--template', template)
  expect(status).toBe(0)
  expect(stdout).toContain(`cd my-${template}`)
  const files = readdirSync(join(folder, `my-${template}`))
  expect(files).toEqual(expect.arrayContaining(['.gitignore', 'README.md', 'package.json']))
  const { name, dependencies } = json(join(folder, `my-${template}`, 'package.json'))
  expect(name).toBe(`my-${template}`)
  expect(dependencies.gradloom).toBe(`^${json(here('../package.json')).version}`)
})

it('has the version of the package, and no dependencies', () => {
  const { version, dependencies } = json(here('package.json'))
  expect(version).toBe(json(here('../package.json')).version)
  expect(dependencies).toBeUndefined()
})

const thrown = (...args) => {
  try {
    create(...args)
  } catch (error) {
    return error
  }
  return undefined
}

it.each([
  ['no-name', undefined, 'html', 'missing'],
  ['name', 'My App', 'html', "'My App'"],
  ['name', 'node_modules', 'html', "'node_modules'"],
  ['template', 'app', 'angular', 'vite-ts, node-ts, html'],
  ['template', 'app', 'toString', "'toString'"],
  ['not-empty', 'full', 'html', 'a.txt'],
  ['not-a-folder', 'file', 'html', 'is a file'],
])('refuses with %s: %s, %s', (code, name, template, words) => {
  mkdirSync(join(folder, 'full'), { recursive: true })
  writeFileSync(join(folder, 'full/a.txt'), '')
  writeFileSync(join(folder, 'file'), '')
  const error = thrown(name && join(folder, name), template)
  expect(error).toBeInstanceOf(CreateError)
  expect(error).toMatchObject({ code, message: expect.stringContaining(words) })
  expect(existsSync(join(folder, 'app'))).toBe(false)
  expect(readdirSync(join(folder, 'full'))).toEqual(['a.txt'])
})

it('a refusal is one sentence and exit code 1', () => {
  const { status, stderr } = run('app', '--template', 'angular')
  expect(status).toBe(1)
  expect(stderr).toMatch(/^create-gradloom: there is no template 'angular'.*\n$/)
  expect(run('app', '--tempalte', 'html').stderr).toMatch(/^create-gradloom: .*--tempalte/)
})

it('a folder with only .git is empty', () => {
  mkdirSync(join(folder, 'cloned/.git'), { recursive: true })
  expect(create(join(folder, 'cloned'), 'html')).toBe(join(folder, 'cloned'))
})
