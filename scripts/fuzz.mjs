// The guided fuzzers, each for as long as one likes; `npm test` only replays a fixed number of cases.
//
//   npm run fuzz -- wire --minutes=10      bytes of graphs, changed by a mutator that knows them
//   npm run fuzz -- program --minutes=10   tapes of decisions that describe valid programs
//   npm run fuzz -- wasm32                 what both found, and the seeds, once more in 32 bits
//   npm run fuzz -- file --minutes=10      model files
//   npm run fuzz -- threads                the pool's synchronisation, in all interleavings (loom)
//
// The corpus grows in build/fuzz. A finding is left there, and its path printed.

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { fuzzFiles } from './fuzz/file.mjs'
import { replayIn32Bits } from './fuzz/wasm32.mjs'
import { Failure, inherit, root, runMain, toolsDir } from './shell.mjs'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { minutes: { type: 'string', default: '10' }, seed: { type: 'string' } },
})

const home = join(root, 'build/fuzz')

const tools = () => {
  const record = join(toolsDir, 'toolchain.json')
  if (!existsSync(record)) throw new Failure('the tools are not set up: run `npm run setup`.')
  return JSON.parse(readFileSync(record, 'utf8'))
}

/** The recorded seeds, a file each. */
const writeSeeds = () => {
  const folder = join(home, 'seeds')
  mkdirSync(folder, { recursive: true })
  const lines = readFileSync(join(root, 'fuzz/seeds.txt'), 'utf8').trim().split('\n')
  for (const [name, hex] of lines.map((line) => line.split(' '))) {
    writeFileSync(join(folder, name), Buffer.from(hex, 'hex'))
  }
  return folder
}

const coverage = ['level=4', 'inline-8bit-counters', 'pc-table', 'trace-compares']

// As cargo-fuzz sets them; a stable compiler takes them when it is allowed nightly features.
const flags = [
  '-Cpasses=sancov-module',
  ...coverage.map((what) => `-Cllvm-args=-sanitizer-coverage-${what}`),
  ...['-Zsanitizer=address', '-Cunsafe-allow-abi-mismatch=sanitizer', '--cfg=fuzzing'],
]

const TRIPLE = 'x86_64-unknown-linux-gnu'

const buildGuided = async ({ host }) => {
  const env = {
    ...process.env,
    ...host.env,
    RUSTC: join(host.bin, 'rustc'),
    RUSTC_BOOTSTRAP: '1',
    RUSTFLAGS: flags.join(' '),
    CXXFLAGS: '-w',
  }
  const target = join(home, 'target')
  const args = ['build', '--release', '--target', TRIPLE, '--target-dir', target]
  const built = await inherit(join(host.bin, 'cargo'), args, {
    env,
    cwd: join(root, 'fuzz/guided'),
  })
  if (built !== 0) throw new Failure('libFuzzer does not build here; it needs a C++ compiler.')
  return join(target, TRIPLE, 'release')
}

const guided = async (name) => {
  const binary = join(await buildGuided(tools()), name)
  const corpus = join(home, name)
  mkdirSync(corpus, { recursive: true })
  const seeds = name === 'wire' ? [writeSeeds()] : []
  const limits = { max_len: 4096, timeout: 25, rss_limit_mb: 4096, print_final_stats: 1 }
  const seconds = Math.round(60 * Number(values.minutes))
  const wanted = { ...limits, max_total_time: seconds, seed: values.seed ?? 0 }
  const args = Object.entries(wanted).map(([key, value]) => `-${key}=${value}`)
  const env = { ...process.env, ASAN_OPTIONS: 'detect_leaks=0' }
  const prefix = `-artifact_prefix=${home}/found-`
  return inherit(binary, [...args, prefix, corpus, ...seeds], { env })
}

const filesOf = (name) => {
  const folder = join(home, name)
  const names = existsSync(folder) ? readdirSync(folder) : []
  return names.map((file) => join(folder, file))
}

const wasm32 = () => {
  writeSeeds()
  const graphs = [...filesOf('seeds'), ...filesOf('wire')]
  return replayIn32Bits(tools(), { graphs, tapes: filesOf('program') })
}

const file = () => fuzzFiles({ ...values, home })

/** loom's interleavings; with its output, which tells their numbers. */
const threads = () => {
  const { host } = tools()
  const env = { ...process.env, ...host.env, RUSTC: join(host.bin, 'rustc'), RUST_BACKTRACE: '0' }
  const args = ['test', '--target-dir', join(home, 'target-threads'), '--', '--nocapture']
  return inherit(join(host.bin, 'cargo'), args, { env, cwd: join(root, 'fuzz/threads') })
}

const kinds = {
  wire: () => guided('wire'),
  program: () => guided('program'),
  wasm32,
  file,
  threads,
}

runMain('fuzz', async () => {
  const run = kinds[positionals[0]]
  if (!run) throw new Failure(`say what to fuzz: ${Object.keys(kinds).join(', ')}.`)
  mkdirSync(home, { recursive: true })
  process.exitCode = await run()
})
