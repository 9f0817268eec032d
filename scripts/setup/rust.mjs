// Gets the two Rust toolchains the project needs: one that can build a wasm standard library with
// atomics, one for native tests and lints. What is there is used; then rustup is tried, then apt.

import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Failure, say, supervise, tail, toolsDir } from '../shell.mjs'
import { candidate, canInstall, install, newest, updateLists } from './apt.mjs'
import {
  distributionForWasm,
  findHost,
  findRustup,
  localRustupEnv,
  rustup,
  rustupForWasm,
  rustupToolchains,
} from './toolchains.mjs'
import { isNewEnough, MIN_RUST, rustVersion } from './versions.mjs'

const DIST = process.env.RUSTUP_DIST_SERVER ?? 'https://static.rust-lang.org'

/** `GRADLOOM_RUST=distribution` or `rustup` allows only that source. */
const allows = (kind) => [undefined, '', kind].includes(process.env.GRADLOOM_RUST)

/** Asks before a download is begun, so that a closed network costs seconds and not minutes. */
const distAnswers = async () => {
  try {
    const url = `${DIST}/dist/channel-rust-nightly.toml.sha256`
    const response = await fetch(url, { signal: AbortSignal.timeout(5000) })
    return response.ok && /^[0-9a-f]{64}\b/.test(await response.text())
  } catch {
    return false
  }
}

const installer = () => {
  const cpu = { x64: 'x86_64', arm64: 'aarch64' }[process.arch]
  const system = { linux: 'unknown-linux-gnu', darwin: 'apple-darwin' }[process.platform]
  return cpu && system && `${DIST}/rustup/dist/${cpu}-${system}/rustup-init`
}

/** Downloads rustup into `.tools`; the user's home and PATH stay as they are. */
const installRustup = async () => {
  const url = installer()
  if (!url) return undefined
  say('setup', 'downloading rustup into .tools')
  const response = await fetch(url, { signal: AbortSignal.timeout(120_000) }).catch(() => undefined)
  if (!response?.ok) return undefined
  const program = join(toolsDir, 'rustup-init')
  mkdirSync(toolsDir, { recursive: true })
  writeFileSync(program, new Uint8Array(await response.arrayBuffer()))
  chmodSync(program, 0o755)
  const args = [
    '-y',
    '-q',
    '--no-modify-path',
    '--profile',
    'minimal',
    '--default-toolchain',
    'none',
  ]
  await supervise('rustup-init', program, args, { env: { ...process.env, ...localRustupEnv } })
  return findRustup()
}

const rustupAdd = async (what, args) => {
  const found = findRustup()
  const env = { ...process.env, ...found.env, RUSTUP_MAX_RETRIES: '1' }
  const { ok, output } = await supervise(`rustup: ${what}`, found.program, args, { env })
  if (!ok) say('setup', `  rustup could not get ${what}: ${tail(output, 1)}`)
  return ok
}

const viaRustup = async () => {
  if (!allows('rustup') || !(await distAnswers())) return undefined
  const found = findRustup() ?? (await installRustup())
  if (!found) return undefined
  say('setup', 'adding the source of the Rust standard library to rustup’s nightly')
  const has = rustupToolchains('nightly').length > 0
  const args = has
    ? ['component', 'add', 'rust-src', '--toolchain', 'nightly']
    : [
        'toolchain',
        'install',
        'nightly',
        '--profile',
        'minimal',
        '-c',
        'rust-src',
        '--no-self-update',
      ]
  await rustupAdd('nightly with rust-src', args)
  return rustupForWasm()
}

const families = [
  { base: ['rustc-web', 'cargo-web', 'rust-web-src'], lints: ['rust-web-clippy', 'rustfmt-web'] },
  { base: ['rustc', 'cargo', 'rust-src'], lints: ['rust-clippy', 'rustfmt'] },
]

/** The first family of packages that is complete and new enough, after `apt-get update`. */
const chooseFamily = async () => {
  await updateLists()
  const fits = ({ base }) => base.every(candidate) && isNewEnough(rustVersion(candidate(base[0])))
  return families.find(fits)
}

const viaApt = async () => {
  if (!allows('distribution') || !canInstall()) return undefined
  const family = await chooseFamily()
  const lld = newest('lld-') ?? (candidate('lld') && 'lld')
  if (!family || !lld) return undefined
  await install([...family.base, lld])
  return distributionForWasm()
}

const wasmFailure = () =>
  new Failure(
    'no Rust toolchain can be had that builds a wasm standard library with atomics: ' +
      'install rustup and run `rustup toolchain install nightly -c rust-src`, ' +
      'or on a Debian-like system, as root, install rustc, cargo, rust-src and lld ' +
      `(at least Rust ${MIN_RUST.join('.')}), then run this again.`,
  )

/** The toolchain that builds the wasm variants. */
export const wasmToolchain = async () => {
  const there =
    (allows('rustup') && rustupForWasm()) || (allows('distribution') && distributionForWasm())
  const toolchain = there || (await viaRustup()) || (await viaApt())
  if (!toolchain) throw wasmFailure()
  return toolchain
}

const addLints = async (host) => {
  if (host?.kind === 'distribution' && canInstall()) {
    const family = await chooseFamily()
    if (family?.lints.every(candidate)) await install(family.lints)
  } else if (host?.kind === 'rustup' && (await distAnswers())) {
    const found = findRustup()
    const name = rustup(found, ['show', 'active-toolchain'])?.split(' ')[0] ?? 'nightly'
    await rustupAdd('clippy and rustfmt', [
      'component',
      'add',
      'clippy',
      'rustfmt',
      '--toolchain',
      name,
    ])
  }
}

/**
 * The toolchain for native tests; with `lints`, one that has clippy and rustfmt if at all possible.
 */
export const hostToolchain = async (wasm, lints) => {
  const host = () => findHost() ?? { ...wasm, env: {}, lints: false }
  if (!lints || host().lints) return host()
  await addLints(host())
  if (!host().lints) say('setup', 'clippy and rustfmt cannot be had: those two checks will fail')
  return host()
}
