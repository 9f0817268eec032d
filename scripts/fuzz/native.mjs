// The fuzzers that are programs of this machine: libFuzzer's, loom's models, and what runs under a thread
// sanitizer. Each is built here and given as a command; who runs it decides what is shown.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ensureCompiler, sanitizerFlags, tripleOf } from '../setup/sanitizers.mjs'
import { Failure, fromFirstError, root, supervise } from '../shell.mjs'
import { Skip } from '../test/rows.mjs'

/** Corpus, findings and builds. */
export const home = join(root, 'build/fuzz')

/** The recorded seeds, a file each. */
export const writeSeeds = () => {
  const folder = join(home, 'seeds')
  mkdirSync(folder, { recursive: true })
  const lines = readFileSync(join(root, 'fuzz/seeds.txt'), 'utf8').trim().split('\n')
  for (const [i, line] of lines.entries()) {
    const [name, hex] = line.split(' ')
    writeFileSync(join(folder, `${i}-${name}`), Buffer.from(hex, 'hex'))
  }
  return folder
}

const rustEnv = (host) => ({
  ...process.env,
  ...host.env,
  RUSTC: join(host.bin, 'rustc'),
  RUST_BACKTRACE: '0',
})

/** As cargo-fuzz sets it; a stable compiler takes such flags when it is allowed nightly features. */
const sanitized = async (host, sanitizer, more = []) => {
  const flags = await sanitizerFlags(host, sanitizer)
  if (!flags) throw new Skip(`there is no ${sanitizer} sanitizer for ${host.version}`)
  return { ...rustEnv(host), RUSTC_BOOTSTRAP: '1', RUSTFLAGS: [...flags, ...more].join(' ') }
}

const build = async (host, label, args, options) => {
  const { ok, output } = await supervise(
    label,
    join(host.bin, 'cargo'),
    ['build', ...args],
    options,
  )
  if (!ok) throw new Failure(`${label} does not build:\n${fromFirstError(output)}`)
}

const coverage = [
  '-Cpasses=sancov-module',
  ...['level=4', 'inline-8bit-counters', 'pc-table', 'trace-compares'].map(
    (what) => `-Cllvm-args=-sanitizer-coverage-${what}`,
  ),
  '--cfg=fuzzing',
]

const buildGuided = async (host) => {
  if (!(await ensureCompiler())) throw new Skip('libFuzzer needs a C++ compiler, and there is none')
  const env = { ...(await sanitized(host, 'address', coverage)), CXXFLAGS: '-w' }
  const [triple, target] = [tripleOf(host), join(home, 'target')]
  const args = ['--release', '--target', triple, '--target-dir', target]
  await build(host, 'libFuzzer', args, { env, cwd: join(root, 'fuzz/guided') })
  return join(target, triple, 'release')
}

/** libFuzzer on `wire` or `program`; `limits` are options of its own, such as `runs`. */
export const guided = async ({ host }, name, corpus, limits) => {
  const program = join(await buildGuided(host), name)
  mkdirSync(corpus, { recursive: true })
  const fixed = { max_len: 4096, timeout: 25, rss_limit_mb: 4096, print_final_stats: 1 }
  const wanted = { ...fixed, ...limits, artifact_prefix: `${home}/found-` }
  const options = Object.entries(wanted).map(([key, value]) => `-${key}=${value}`)
  const args = [...options, corpus, ...(name === 'wire' ? [writeSeeds()] : [])]
  return { program, args, env: { ...process.env, ASAN_OPTIONS: 'detect_leaks=0' } }
}

/** loom's interleavings; with its output, which tells their numbers. */
export const threads = async ({ host }) => {
  const target = ['--target-dir', join(home, 'target-threads')]
  const options = { env: rustEnv(host), cwd: join(root, 'fuzz/threads') }
  await build(host, 'loom', ['--tests', ...target], options)
  const args = ['test', '--tests', ...target, '--', '--nocapture']
  return { program: join(host.bin, 'cargo'), args, ...options }
}

/** Programs on native threads under ThreadSanitizer. The standard library is not built for it. */
export const races = async ({ host }) => {
  const [triple, target] = [tripleOf(host), join(home, 'target-tsan')]
  const args = ['-p', 'gradloom-fuzz', '--example', 'races', '--target', triple]
  const env = await sanitized(host, 'thread')
  await build(host, 'the thread sanitizer', [...args, '--target-dir', target], { env })
  const program = join(target, triple, 'debug/examples/races')
  const options = `suppressions=${join(root, 'fuzz/tsan.txt')}`
  return { program, args: [], env: { ...process.env, TSAN_OPTIONS: options } }
}
