// The test command: sets up, builds, runs every stage, and ends with `N passed, N failed`. A stage
// that cannot run counts as failed. `--only lint|rust|node|browser` runs one group.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { inherit, root, runMain, toolsDir } from './shell.mjs'
import { countOne } from './test/count.mjs'
import { stages } from './test/stages.mjs'

const { values: options } = parseArgs({ options: { only: { type: 'string' } } })

const heading = (text) => console.log(`\n── ${text} ${'─'.repeat(Math.max(0, 74 - text.length))}\n`)

const node = (path, ...args) => inherit(process.execPath, [join(root, path), ...args])

const build = async () => {
  const ok =
    (await node('scripts/build-wasm.mjs')) === 0 && (await node('scripts/build-ts.mjs')) === 0
  return countOne(ok)
}

const readTools = () => JSON.parse(readFileSync(join(toolsDir, 'toolchain.json'), 'utf8'))

const runStage = async (stage, tools) => {
  heading(stage.name)
  const started = performance.now()
  const counts = await stage.run(tools)
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  return { name: stage.name, seconds, ...counts }
}

const line = ({ name, passed, failed, skipped, seconds }) => {
  const mark = failed > 0 ? 'FAILED' : 'ok'
  const rest = skipped > 0 ? `, ${skipped} skipped` : ''
  const counts = `${passed} passed, ${failed} failed${rest} (${seconds} s)`
  return `${mark.padEnd(7)} ${name.padEnd(24)} ${counts}`
}

const total = (results, key) => results.reduce((sum, result) => sum + result[key], 0)

const finish = (results) => {
  heading('summary')
  for (const result of results) console.log(line(result))
  const [passed, failed, skipped] = ['passed', 'failed', 'skipped'].map((key) =>
    total(results, key),
  )
  console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
  process.exitCode = failed > 0 ? 1 : 0
}

const skipped = (stage) => {
  heading(stage.name)
  console.error('This stage needs the build, which failed: it counts as failed.')
  return { name: stage.name, seconds: '0.0', ...countOne(false) }
}

const main = async () => {
  heading('set-up')
  if ((await node('scripts/setup.mjs', '--test')) !== 0) {
    return finish([{ name: 'set-up', seconds: '0.0', ...countOne(false) }])
  }
  const tools = readTools()
  const built = await runStage({ name: 'build', run: build }, tools)
  const results = [built]
  for (const stage of stages.filter(({ group }) => !options.only || group === options.only)) {
    const stuck = stage.needsBuild && built.failed > 0
    results.push(stuck ? skipped(stage) : await runStage(stage, tools))
  }
  finish(results)
}

runMain('test', main)
