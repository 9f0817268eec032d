// wasm-bindgen and wasm-pack, compiled from crates.io into `.tools/bin`: exact versions, kept when
// there.

import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { capture, Failure, say, supervise, tail, toolsDir, which } from '../shell.mjs'
import { canInstall, install, updateLists } from './apt.mjs'
import { WASM_PACK, wasmBindgenVersion } from './versions.mjs'

const versionOf = (program) => capture(program, ['--version'])?.split(' ')[1]

/** The tool in `.tools/bin`, or elsewhere on PATH, if it has exactly `version`. */
const find = (name, version) => {
  const places = [which(join(toolsDir, 'bin', name)), which(name)]
  return places.find((place) => place && versionOf(place) === version)
}

/** rustc links host programs with `cc`, those that run while the core is built, too. */
const ensureLinker = async () => {
  if (which('cc')) return
  if (canInstall()) {
    await updateLists()
    await install(['gcc', 'libc6-dev'])
  }
  if (!which('cc')) throw new Failure('a C compiler is missing: install gcc, then run this again.')
}

// The tools run for a second or two: compiling them fast matters more than their own speed.
const quickly = {
  CARGO_PROFILE_RELEASE_LTO: 'off',
  CARGO_PROFILE_RELEASE_OPT_LEVEL: '1',
  CARGO_PROFILE_RELEASE_CODEGEN_UNITS: '16',
  CARGO_PROFILE_RELEASE_DEBUG: 'false',
}

const cargoInstall = (host, crate, version, flags) => {
  const target = join(toolsDir, 'target')
  const env = { ...process.env, ...host.env, ...quickly, CARGO_TARGET_DIR: target }
  env.RUSTC = join(host.bin, 'rustc')
  delete env.RUSTFLAGS
  const args = ['install', crate, '--version', version, '--root', toolsDir, '--force', ...flags]
  return supervise(`cargo install ${crate}`, join(host.bin, 'cargo'), args, { env })
}

const build = async (host, crate, version, flags) => {
  say('setup', `compiling ${crate} ${version} (once, some minutes)`)
  const locked = await cargoInstall(host, crate, version, [...flags, '--locked'])
  // A registry mirror may lag behind the lock file of a fresh release.
  const done = locked.ok ? locked : await cargoInstall(host, crate, version, flags)
  if (!done.ok) {
    const reason = tail(done.output)
    throw new Failure(`cargo could not install ${crate} ${version}; its last words:\n${reason}`)
  }
  say('setup', `  compiled in ${done.seconds} s`)
}

const ensure = async (host, name, crate, version, flags = []) => {
  if (!find(name, version)) await build(host, crate, version, flags)
  return find(name, version)
}

/** Both tools, as full paths. */
export const cargoTools = async (host) => {
  await ensureLinker()
  const bindgenFlags = ['--bin', 'wasm-bindgen', '--no-default-features']
  const version = wasmBindgenVersion()
  const wasmBindgen = await ensure(host, 'wasm-bindgen', 'wasm-bindgen-cli', version, bindgenFlags)
  const wasmPack = await ensure(host, 'wasm-pack', 'wasm-pack', WASM_PACK)
  rmSync(join(toolsDir, 'target'), { recursive: true, force: true })
  return { wasmBindgen, wasmPack }
}
