// Makes SUPPORT.md from the reports of the test command: a row for every layer, loss, op …, and what
// the tests of this run have checked of it. An item that no test names is an error. `--check` only
// compares the page with the tree's.

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Failure, root, runMain, say } from './shell.mjs'
import { kinds } from './support/kinds.mjs'
import { onnxPart } from './support/onnx.mjs'
import { cargoTests, vitestTests } from './support/reports.mjs'

const page = join(root, 'SUPPORT.md')

const head = `# What there is, and what was checked of it

Written by \`node scripts/support.mjs\` from the results of the last \`npm test\`; the tests fail when it is
out of date. *Keras*: values recorded from Keras 3 (PyTorch or NumPy where Keras has nothing of the kind)
that the item reproduces, gradients included where it has some; the number of recorded cases.
*f64 and differences*: an op agrees with its formula in f64 on every length around the vector width, gives
the same bits however it is divided, and its gradient agrees with central differences. *Tests*: all tests
that name the item.
`

/** Titles of tests that compare with recorded values; the other tests of a recorded case count once. */
const agrees =
  /(is|does|computes) what Keras|agrees with Keras|(averages|that) of Keras|NumPy|the documented formula$/

/** The tests whose name begins with the item's. */
const testsOf = (kind, item, tests) => {
  const whole = kind.within?.[item]
  return tests.filter(
    (test) =>
      (test.file.startsWith(kind.tests) && kind.names(item, test)) ||
      (whole && /^ts\/(layers|activations)\//.test(test.file) && kind.names(whole, test)),
  )
}

const row = (kind, item, tests) => {
  const own = testsOf(kind, item, tests)
  if (own.length === 0) return { item, missing: true }
  const isCase = ({ file, name }) => agrees.test(name) || file.endsWith('recorded.test.ts')
  const cases = own.filter(isCase).length
  return { item, cells: [`\`${item}\``, cases === 0 ? '–' : String(cases), String(own.length)] }
}

const opRow = (op, tests) => {
  const own = tests.filter(({ module }) => module === op.module)
  if (own.length === 0) return { item: op.name, missing: true }
  return { item: op.name, cells: [`\`${op.name}\``, '✓', String(own.length)] }
}

const table = (title, columns, rows) =>
  [
    `\n## ${title}: ${rows.length}\n`,
    `| ${columns.join(' | ')} |`,
    `| --- |${' ---: |'.repeat(columns.length - 1)}`,
    ...rows.map(({ cells }) => `| ${cells.join(' | ')} |`),
    '',
  ].join('\n')

const complete = (parts) => {
  const missing = parts.flatMap(({ title, rows }) =>
    rows.filter((r) => r.missing).map(({ item }) => `${item} (${title})`),
  )
  if (missing.length > 0) throw new Failure(`no test names ${missing.join(', ')}.`)
}

export const supportPage = async () => {
  const tests = vitestTests()
  const rust = cargoTests()
  const parts = (await kinds()).map((kind) => {
    const rows = kind.ops
      ? kind.ops.map((op) => opRow(op, rust))
      : kind.items.map((item) => row(kind, item, tests))
    const column = kind.ops ? 'f64 and differences' : 'Keras'
    return { title: kind.title, column, rows }
  })
  complete(parts)
  const tables = parts.map(({ title, column, rows }) => table(title, ['', column, 'tests'], rows))
  return `${head}${tables.join('')}${onnxPart(tests)}`
}

const main = async () => {
  const made = await supportPage()
  const known = existsSync(page) ? readFileSync(page, 'utf8') : ''
  if (process.argv.includes('--check')) {
    if (made === known) return say('support', 'SUPPORT.md says what the tests have checked')
    throw new Failure('SUPPORT.md is out of date: run `node scripts/support.mjs`.')
  }
  writeFileSync(page, made)
  say('support', 'wrote SUPPORT.md')
}

runMain('support', main)
