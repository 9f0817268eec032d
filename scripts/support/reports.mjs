// What the test runners have reported: the tests that passed, by file (vitest) or module (cargo).

import { existsSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { Failure, root } from '../shell.mjs'

/** Where the stage of the Rust tests leaves what cargo printed. */
export const cargoReport = join(root, 'build', 'cargo-test.txt')

const read = (file) => {
  if (existsSync(file)) return readFileSync(file, 'utf8')
  throw new Failure(`there is no ${relative(root, file)}: run \`npm test\` first.`)
}

/** `{ file, name }`, suites joined by spaces. */
export const vitestTests = () =>
  JSON.parse(read(join(root, 'build', 'vitest-node.json'))).testResults.flatMap(
    ({ name: file, assertionResults }) =>
      assertionResults
        .filter(({ status }) => status === 'passed')
        .map(({ fullName }) => ({ file: relative(root, file), name: fullName })),
  )

/** `{ module, name }` of `test module::tests::name ... ok`. */
export const cargoTests = () =>
  [...read(cargoReport).matchAll(/^test (?:r#)?(\w+?)(?:_test)?::(.*) \.\.\. ok$/gm)].map(
    ([, module, name]) => ({ module, name }),
  )
