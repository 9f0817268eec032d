// The examples with recurrent layers, each in a process of its own, as a user runs it: they throw
// where they miss their floor.

import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

it.each([
  ['timeseries/train.mjs', /never trained on: mean absolute error 0\.0\d+/],
  ['text/train.mjs', /never trained on: loss [\d.]+, accuracy (9[789]|100)/],
])('%s reaches its floor', { timeout: 300_000 }, (example, wanted) => {
  const path = fileURLToPath(new URL(`../../examples/${example}`, import.meta.url))
  const { status, stderr, stdout } = spawnSync(process.execPath, [path], { encoding: 'utf8' })
  expect(stderr).toBe('')
  expect(stdout).toMatch(wanted)
  expect(status).toBe(0)
})
