// The code in the docs compiles against the package's types.

import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { blocks } from '../../docs/check/blocks.ts'

const fromRoot = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))
const folder = fromRoot('build/docs-code')

const config = (language: string, options: object) => ({
  compilerOptions: {
    target: 'ES2022',
    module: 'ESNext',
    moduleResolution: 'bundler',
    lib: ['ES2023', 'DOM', 'DOM.Iterable', 'DOM.AsyncIterable'],
    types: ['node'],
    skipLibCheck: true,
    noEmit: true,
    ...options,
  },
  include: [`*.${language}`, 'given.d.ts'],
})

const write = (file: string, text: string) => writeFileSync(`${folder}/${file}`, text)

it.each([
  ['ts', { strict: true, allowImportingTsExtensions: true }],
  ['js', { strict: false, allowJs: true, checkJs: true }],
])('blocks of %s compile', { timeout: 120_000 }, (language, options) => {
  const chosen = blocks.filter((block) => block.language === language)
  expect(chosen.length).toBeGreaterThan(5)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  copyFileSync(fromRoot('docs/check/given.d.ts'), `${folder}/given.d.ts`)
  for (const { name, code } of chosen) write(`${name}.${language}`, `${code}\nexport {}\n`)
  write('tsconfig.json', JSON.stringify(config(language, options)))
  const tsc = fromRoot('node_modules/typescript/bin/tsc')
  const { stdout } = spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' })
  expect(stdout).toBe('')
})
