// The counts of the test command: nothing that failed to run may look like a success.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { countCargo, countTotal, countVitest } from './count.mjs'

const result = (passed, failed, ignored) =>
  `test result: ok. ${passed} passed; ${failed} failed; ${ignored} ignored; 0 measured`

describe('countCargo', () => {
  it('adds the lines of all crates', () => {
    const output = [result(12, 0, 1), 'running 5 tests', result(3, 2, 0)].join('\n')
    expect(countCargo(output, false)).toEqual({ passed: 15, failed: 2, skipped: 1 })
  })
  it('counts a failure to compile, and a run without tests', () => {
    const failure = { passed: 0, failed: 1, skipped: 0 }
    expect(countCargo('error: could not compile', false)).toEqual(failure)
    expect(countCargo(result(0, 0, 0), true)).toEqual(failure)
  })
})

describe('countTotal', () => {
  it('takes the last total', () => {
    const output = '1 passed, 0 failed\nand more\n12 passed, 0 failed, 3 skipped\n'
    expect(countTotal(output, true)).toEqual({ passed: 12, failed: 0, skipped: 3 })
    expect(countTotal('5 passed, 2 failed\n', false)).toMatchObject({ passed: 5, failed: 2 })
  })
  it('counts a command that dies, and one without a total', () => {
    expect(countTotal('5 passed, 0 failed\n', false)).toMatchObject({ passed: 5, failed: 1 })
    expect(countTotal('all is well\n', true)).toMatchObject({ passed: 0, failed: 1 })
  })
})

describe('countVitest', () => {
  let directory
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'gradloom-'))
  })
  afterAll(() => rmSync(directory, { recursive: true }))

  const count = (report, ok) => {
    const file = join(directory, 'report.json')
    writeFileSync(file, JSON.stringify(report))
    return countVitest(file, ok)
  }
  const report = { numPassedTests: 4, numFailedTests: 0, numPendingTests: 1, numTodoTests: 0 }

  it('takes the numbers of the report', () => {
    const expected = { passed: 4, failed: 0, skipped: 1 }
    expect(count({ ...report, testResults: [] }, true)).toEqual(expected)
  })
  it('counts a file that does not load', () => {
    const testResults = [{ status: 'failed', assertionResults: [] }]
    expect(count({ ...report, testResults }, false).failed).toBe(1)
  })
  it('counts a runner that dies, and a missing report', () => {
    expect(count({ ...report, testResults: [] }, false).failed).toBe(1)
    expect(countVitest(join(directory, 'none.json'), true).failed).toBe(1)
  })
})
