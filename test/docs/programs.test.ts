// The blocks of the guides that are marked `run`, each as a program of its own in Node.
// It prints what the guide says that it prints.

import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { transformSync } from 'esbuild'
import { beforeAll, expect, it } from 'vitest'
import { blocks } from '../../docs/check/blocks.ts'

const fromRoot = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))
const folder = fromRoot('build/docs-programs')

beforeAll(() => {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  copyFileSync(fromRoot('docs/check/given.mjs'), `${folder}/given.mjs`)
})

it.each(blocks.filter(({ runs }) => runs))('$name runs', ({ name, code, language, output }) => {
  const file = `${folder}/${name}.mjs`
  writeFileSync(file, transformSync(code, { loader: language }).code)
  const { status, stderr, stdout } = spawnSync(
    process.execPath,
    ['--import', './given.mjs', file],
    {
      cwd: folder,
      encoding: 'utf8',
    },
  )
  expect(stderr).toBe('')
  expect(status).toBe(0)
  if (output !== undefined) expect(stdout).toBe(output)
})
