// Everything CI does: the tests, the fuzzers for a fixed count, the docs and the install tests, one after
// the other, and at the end one total. A command that ends without a total counts as one failure.

import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { root, tee } from './shell.mjs'
import { countTotal, countVitest } from './test/count.mjs'

const npm = async (script) => {
  const started = performance.now()
  const result = await tee('npm', ['run', '-s', script], { env: process.env })
  return { ...result, minutes: ((performance.now() - started) / 60_000).toFixed(1) }
}

const command = (script) => async () => {
  const { output, ok, minutes } = await npm(script)
  return { script, minutes, ...countTotal(output, ok) }
}

const docs = async () => {
  const report = join(root, 'build/vitest-docs.json')
  rmSync(report, { force: true })
  const { ok, minutes } = await npm('docs:test')
  return { script: 'docs:test', minutes, ...countVitest(report, ok) }
}

const results = []
const commands = [command('test'), command('test:fuzz'), docs, command('test:install')]
for (const run of commands) results.push(await run())

console.log('\nCI\n')
for (const { script, minutes, passed, failed, skipped } of results) {
  const counts = `${passed} passed, ${failed} failed, ${skipped} skipped`
  console.log(`${script.padEnd(14)} ${counts} (${minutes} minutes)`)
}
const total = (key) => results.reduce((sum, result) => sum + result[key], 0)
const skipped = total('skipped')
console.log(
  `\n${total('passed')} passed, ${total('failed')} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`,
)
process.exitCode = total('failed') > 0 ? 1 : 0
