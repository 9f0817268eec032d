// The guided fuzzers, each for as long as one likes, or all for a fixed count (`npm run test:fuzz`). `npm test`
// only replays cases.
//
//   npm run fuzz -- wire --minutes=10      bytes of graphs, changed by a mutator that knows them
//   npm run fuzz -- program --minutes=10   tapes of decisions that describe valid programs
//   npm run fuzz -- wasm32                 what both found, and the seeds, once more in 32 bits
//   npm run fuzz -- file --minutes=10      model files
//   npm run fuzz -- races                  programs on native threads, under a thread sanitizer
//   npm run fuzz -- threads                the pool's synchronisation, in all interleavings (loom)
//   npm run fuzz -- ci                     all of them for a fixed count, as CI does
//
// The corpus grows in build/fuzz. A finding is left there, and its path printed. `--runs=N` ends after N
// inputs, `--seed=N` gives other ones, `--corpus=FOLDER` keeps them elsewhere.

import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Failure, inherit, runMain, toolsDir } from './shell.mjs'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    minutes: { type: 'string', default: '10' },
    runs: { type: 'string' },
    seed: { type: 'string' },
    corpus: { type: 'string' },
  },
})

const kind = positionals[0]

const tools = () => {
  const record = join(toolsDir, 'toolchain.json')
  if (!existsSync(record)) throw new Failure('the tools are not set up: run `npm run setup`.')
  return JSON.parse(readFileSync(record, 'utf8'))
}

// They need npm packages, or the built library.
const load = async () => ({
  ...(await import('./fuzz/native.mjs')),
  ...(await import('./fuzz/wasm32.mjs')),
})

const native = async (make) => {
  const { program, args, ...options } = await make(tools())
  return inherit(program, args, options)
}

const limits = () => ({
  ...(values.runs
    ? { runs: values.runs }
    : { max_total_time: Math.round(60 * Number(values.minutes)) }),
  seed: values.seed ?? 0,
})

const guidedRun = async ({ guided, home }) => {
  const corpus = values.corpus ?? join(home, kind)
  return native((all) => guided(all, kind, corpus, limits()))
}

const wasm32 = async ({ filesOf, home, replay, writeSeeds }) => {
  const graphs = [...filesOf(writeSeeds()), ...filesOf(join(home, 'wire'))]
  const { text, problems } = await replay(tools(), {
    graphs,
    tapes: filesOf(join(home, 'program')),
  })
  for (const problem of problems) console.error(`${problem}\n`)
  console.log(`wasm32   ${text}`)
  return problems.length > 0 ? 1 : 0
}

const file = async ({ home }) => {
  const { fuzzFiles } = await import('./fuzz/file.mjs')
  return fuzzFiles({ corpus: join(home, 'file'), ...values, home })
}

const ci = async () => (await import('./fuzz/ci.mjs')).fuzzForCi(tools())

const kinds = {
  wire: guidedRun,
  program: guidedRun,
  wasm32,
  file,
  races: ({ races }) => native(races),
  threads: ({ threads }) => native(threads),
  ci,
}

runMain('fuzz', async () => {
  const run = kinds[kind]
  if (!run) throw new Failure(`say what to fuzz: ${Object.keys(kinds).join(', ')}.`)
  const parts = await load()
  mkdirSync(parts.home, { recursive: true })
  process.exitCode = await run(parts)
})
