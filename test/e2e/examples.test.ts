// The examples that have a floor on their result, each in a process of its own, as a user runs it:
// they throw where they miss it.

import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const run = (example: string) => {
  const path = fileURLToPath(new URL(`../../examples/${example}`, import.meta.url))
  return spawnSync(process.execPath, [path], { encoding: 'utf8' })
}

it.each([
  ['digits/train.mjs', /predictions are equal, bit for bit/],
  ['convnet/train.mjs', /never trained on: loss [\d.]+, accuracy (9[89]|100)/],
  ['timeseries/train.mjs', /never trained on: mean absolute error 0\.0\d+/],
  ['text/train.mjs', /never trained on: loss [\d.]+, accuracy (9[789]|100)/],
  ['recommender/train.mjs', /never trained on: off by 0\.3\d+ stars/],
  ['autoencoder/train.mjs', /never trained on: mean squared error 0\.01[0-4]/],
  ['cartpole/train.mjs', /likelier push: (1[5-9]\d|200)\.\d of 200 steps/],
  ['custom-loop/train.mjs', /at most 0\.00\d+ from the exact solution/],
])('%s reaches its floor', { timeout: 600_000 }, (example, wanted) => {
  const { status, stderr, stdout } = run(example)
  expect(stderr).toBe('')
  expect(stdout).toMatch(wanted)
  expect(status).toBe(0)
})
