// All fuzzers for a fixed count, as CI runs them: the same seeds, an empty corpus, a row each. What a
// machine cannot have is skipped with the reason.

import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { Failure, root, supervise, tail } from '../shell.mjs'
import { countCargo } from '../test/count.mjs'
import { Rows } from '../test/rows.mjs'
import { guided, home, races, threads } from './native.mjs'
import { filesOf, replay } from './wasm32.mjs'

/** Inputs each; together they take about a minute. */
const RUNS = { wire: 15_000, program: 1_500, file: 5_000 }

const corpusOf = (name) => join(home, 'ci', name)

/** The panic, the sanitizer's verdict and where the finding lies, out of all that a fuzzer prints. */
const telling = /panicked at.*\n.*|^(?:WARNING|ERROR|SUMMARY|==\d+==ERROR).*|^artifact_prefix.*/gm

const run = async (label, { program, args, ...options }) => {
  const { ok, output } = await supervise(label, program, args, options)
  if (ok) return output
  const told = [...new Set(output.match(telling))].slice(0, 12)
  throw new Failure([`${label} failed:`, ...told, '…', tail(output, 12)].join('\n'))
}

const must = (pattern, output) => {
  const found = pattern.exec(output)
  if (!found) throw new Failure(`it did not say what it ran:\n${tail(output)}`)
  return found
}

const runGuided = (tools, name) => async () => {
  // Programs begin short otherwise, and with so few runs would stay so.
  const limits = { runs: RUNS[name], seed: 1, len_control: name === 'wire' ? 100 : 0 }
  const output = await run(name, await guided(tools, name, corpusOf(name), limits))
  const executed = Number(must(/stat::number_of_executed_units: (\d+)/, output)[1])
  if (executed < RUNS[name]) throw new Failure(`only ${executed} of ${RUNS[name]} were executed`)
  const [, edges] = must(/DONE +cov: (\d+)/, output)
  return `${executed} executions, ${edges} edges`
}

/** In a process of its own: what the library does to it must not end the others. */
const runFile = async () => {
  const options = { runs: RUNS.file, seed: 1, corpus: corpusOf('file') }
  const args = Object.entries(options).map(([key, value]) => `--${key}=${value}`)
  const script = join(root, 'scripts/fuzz.mjs')
  const output = await run('file', { program: process.execPath, args: [script, 'file', ...args] })
  const [, executed, rest] = [...output.matchAll(/^file +(\d+) executions, (.*)$/gm)].at(-1) ?? []
  if (!(Number(executed) >= RUNS.file)) throw new Failure(`it ended early:\n${tail(output)}`)
  return `${executed} executions, ${rest}`
}

const runThreads = (tools) => async () => {
  const output = await run('threads', await threads(tools))
  const { passed } = countCargo(output, true)
  const all = [...output.matchAll(/: (\d+) interleavings/g)].reduce((sum, [, n]) => sum + +n, 0)
  if (passed === 0 || all === 0) throw new Failure(`no model was explored:\n${tail(output)}`)
  return `${passed} models, ${all} interleavings`
}

const runRaces = (tools) => async () => {
  const output = await run('races', await races(tools))
  return must(/^races: (.*[1-9]\d* ran)$/m, output)[1]
}

const runWasm32 = (tools) => async () => {
  const { cases, text, problems } = await replay(tools, {
    graphs: [...filesOf(join(home, 'seeds')), ...filesOf(corpusOf('wire'))],
    tapes: filesOf(corpusOf('program')),
  })
  if (cases === 0 || problems.length > 0) throw new Failure([text, ...problems].join('\n'))
  return text
}

/** Resolves to the exit code. */
export const fuzzForCi = async (tools) => {
  const started = performance.now()
  rmSync(join(home, 'ci'), { recursive: true, force: true })
  const rows = new Rows()
  await rows.check('wire: graphs of strangers', runGuided(tools, 'wire'))
  await rows.check('program: valid programs', runGuided(tools, 'program'))
  await rows.check('wasm32: both again in 32 bits', runWasm32(tools))
  await rows.check('file: model files', runFile)
  await rows.check('threads: loom on the pool', runThreads(tools))
  await rows.check('races: ThreadSanitizer', runRaces(tools))
  return rows.close(started) ? 0 : 1
}
