// Runs the property tests by hand, longer than the test command does: `npm run test:properties -- --runs 10000`
// (in the test command most have 100), `--seed 7` for other cases, `--path 3:1` for the one that a failure
// printed.

import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { inherit, root, runMain } from '../shell.mjs'

const { values: options } = parseArgs({
  options: { runs: { type: 'string' }, seed: { type: 'string' }, path: { type: 'string' } },
})

const main = async () => {
  const { runs, seed = String(Date.now() % 2 ** 31), path } = options
  console.log(`seed ${seed}`)
  const env = {
    ...process.env,
    GRADLOOM_SEED: seed,
    ...(runs ? { GRADLOOM_RUNS: runs } : {}),
    ...(path ? { GRADLOOM_PATH: path } : {}),
  }
  const args = ['run', '--project', 'node', '--testTimeout', '0', 'test/properties']
  const program = join(root, 'node_modules/vitest/vitest.mjs')
  process.exitCode = await inherit(process.execPath, [program, ...args], { env })
}

runMain('test:properties', main)
