// Counts tests from what the runners say. A stage that failed without a failed test counts as one
// failure, and so does a test stage in which no test ran.

import { existsSync, readFileSync } from 'node:fs'

const sum = (numbers) => numbers.reduce((total, n) => total + n, 0)

const settle = ({ passed, failed, skipped }, ok) => {
  const silent = failed === 0 && (!ok || passed === 0)
  return { passed, failed: failed + (silent ? 1 : 0), skipped }
}

/** Of cargo's `test result: ok. 12 passed; 0 failed; 1 ignored; …` lines. */
export const countCargo = (output, ok) => {
  const results = [
    ...output.matchAll(/^test result: .*?(\d+) passed; (\d+) failed; (\d+) ignored/gm),
  ]
  const column = (i) => sum(results.map((result) => Number(result[i])))
  return settle({ passed: column(1), failed: column(2), skipped: column(3) }, ok)
}

/** Of the last `12 passed, 0 failed, 1 skipped` that a command of ours has printed. */
export const countTotal = (output, ok) => {
  const totals = [...output.matchAll(/^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/gm)]
  const [passed, failed, skipped] = (totals.at(-1) ?? []).slice(1).map((n) => Number(n ?? 0))
  return settle({ passed: passed ?? 0, failed: failed ?? 0, skipped: skipped ?? 0 }, ok)
}

/** Of vitest's JSON report. A file that could not be loaded is one failure. */
export const countVitest = (file, ok) => {
  if (!existsSync(file)) return { passed: 0, failed: 1, skipped: 0 }
  const report = JSON.parse(readFileSync(file, 'utf8'))
  const broken = report.testResults.filter(
    (result) =>
      result.status === 'failed' &&
      !result.assertionResults.some((test) => test.status === 'failed'),
  )
  const counts = {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken.length,
    skipped: report.numPendingTests + report.numTodoTests,
  }
  return settle(counts, ok)
}

/** Of a check without tests of its own. */
export const countOne = (ok) => ({ passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 })
