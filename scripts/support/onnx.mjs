// The section on ONNX's operator cases: what the tests of test/onnx say they passed, and why the
// others do not.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Failure, root } from '../shell.mjs'

const title = /^(\w+) passes (\d+) of (\d+) ONNX cases$/

const rowsOf = (tests) =>
  tests
    .filter(({ file }) => file.startsWith('test/onnx'))
    .flatMap(({ name }) => {
      const [, op, passed, all] = name.match(title) ?? []
      return op ? [{ op, passed: Number(passed), all: Number(all) }] : []
    })
    .toSorted((a, b) => (a.op < b.op ? -1 : 1))

const total = (rows, key) => rows.reduce((sum, row) => sum + row[key], 0)

export const onnxPart = (tests) => {
  const rows = rowsOf(tests)
  if (rows.length === 0) throw new Failure('no test of test/onnx has passed.')
  const failing = JSON.parse(readFileSync(join(root, 'test/onnx/failing.json'), 'utf8'))
  const why = (op) => [...new Set(Object.values(failing[op] ?? {}))].join('; ')
  return [
    `\n## ONNX operator cases: ${total(rows, 'passed')} of ${total(rows, 'all')} in scope pass\n`,
    'The cases of the `onnx` package with one operator and tensors of float32, int32, int64, bool and',
    'uint8 (`test/onnx`), run on the ops by a thin adapter, within ONNX’s own tolerance (relative 1e-3,',
    'absolute 1e-7). An operator that passes none is not in the adapter.\n',
    '| | pass | of | the others |',
    '| --- | ---: | ---: | --- |',
    ...rows.map(({ op, passed, all }) => `| ${op} | ${passed} | ${all} | ${why(op)} |`),
    '',
  ].join('\n')
}
