// Finds the Rust toolchains that are already on the machine. Installs nothing.
//
// A toolchain is `{ kind, bin, version, env, linker? }`: `bin` holds its cargo and rustc, called by
// full path so that neither rustup's proxies nor a foreign PATH decide.

import { existsSync, readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { capture, toolsDir, which } from '../shell.mjs'
import { isNewEnough, rustVersion } from './versions.mjs'

const localRustup = join(toolsDir, 'cargo', 'bin', 'rustup')

/** The variables under which the project's own rustup keeps to `.tools`. */
export const localRustupEnv = {
  RUSTUP_HOME: join(toolsDir, 'rustup'),
  CARGO_HOME: join(toolsDir, 'cargo'),
}

/** rustup from PATH, from its usual place, or the project's own: `{ program, env }`. */
export const findRustup = () => {
  if (which(localRustup)) return { program: localRustup, env: localRustupEnv }
  const program = which('rustup') ?? which(join(homedir(), '.cargo/bin/rustup'))
  return program ? { program, env: {} } : undefined
}

export const rustup = (found, args, timeout = 20_000) =>
  capture(found.program, args, { env: { ...process.env, ...found.env }, timeout })

const at = (bin, kind, env = {}) => {
  if (!which(join(bin, 'cargo')) || !which(join(bin, 'rustc'))) return undefined
  const text = capture(join(bin, 'rustc'), ['--version'])
  return isNewEnough(rustVersion(text)) ? { kind, bin, version: text, env } : undefined
}

const names = (found) =>
  (rustup(found, ['toolchain', 'list']) ?? '').split('\n').map((line) => line.split(' ')[0])

const rustupToolchain = (found, name) => {
  const rustc = rustup(found, ['which', '--toolchain', name, 'rustc'])
  return rustc ? at(dirname(rustc), 'rustup') : undefined
}

/** The toolchains of rustup whose name starts with `channel`, newest name first. */
export const rustupToolchains = (channel) => {
  const found = findRustup()
  if (!found) return []
  const matching = names(found).filter((name) => name.startsWith(channel))
  return matching.map((name) => rustupToolchain(found, name)).filter(Boolean)
}

const sourceBelow = (libDir) => existsSync(join(libDir, 'rustlib/src/rust/library/std/Cargo.toml'))

/** Newest wasm-ld of the distribution; its rustc ships without a wasm linker. */
const findLinker = () => {
  const bin = '/usr/bin'
  const numbers = readdirSync(bin).map((name) => Number(/^wasm-ld-(\d+)$/.exec(name)?.[1]))
  const newest = Math.max(0, ...numbers.filter(Boolean))
  return newest > 0 ? join(bin, `wasm-ld-${newest}`) : which('/usr/bin/wasm-ld')
}

/** rustup's nightly with the standard library's source. */
export const rustupForWasm = () =>
  rustupToolchains('nightly').find((toolchain) => sourceBelow(join(toolchain.bin, '../lib')))

/** The distribution's rustc with the standard library's source and a linker for wasm. */
export const distributionForWasm = () => {
  // A stable compiler builds std with atomics only when it is allowed nightly features.
  const toolchain = at('/usr/bin', 'distribution', { RUSTC_BOOTSTRAP: '1' })
  const linker = toolchain && findLinker()
  if (!linker || !sourceBelow('/usr/lib')) return undefined
  return { ...toolchain, linker }
}

const hasLints = (toolchain) =>
  ['cargo-clippy', 'clippy-driver', 'cargo-fmt', 'rustfmt'].every((program) =>
    which(join(toolchain.bin, program)),
  )

/** A toolchain for native tests; one with clippy and rustfmt is preferred. */
export const findHost = () => {
  const rustups = [...rustupToolchains('stable'), ...rustupToolchains('nightly')]
  const all = [...rustups, at('/usr/bin', 'distribution')].filter(Boolean)
  const complete = all.find(hasLints)
  const chosen = complete ?? all[0]
  return chosen && { ...chosen, lints: complete !== undefined }
}
