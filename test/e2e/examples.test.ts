// The examples that have a floor on their result, each in a process of its own, as a user runs it.

import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const run = (example: string) => {
  const path = fileURLToPath(new URL(`../../examples/${example}`, import.meta.url))
  return spawnSync(process.execPath, [path], { encoding: 'utf8' })
}

it.each(['convnet/train.mjs'])('%s reaches its floor', { timeout: 600_000 }, (example) => {
  const { status, stderr, stdout } = run(example)
  expect(stderr).toBe('')
  expect(stdout).toMatch(/never trained on: loss [\d.]+, accuracy 9[89]/)
  expect(status).toBe(0)
})
