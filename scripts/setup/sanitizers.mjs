// What the fuzzers need beside rustc: a C++ compiler for libFuzzer, and the runtimes of the sanitizers.
// rustup's toolchains have them; to the distribution's, the clang of the same LLVM brings them.

import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { capture, which } from '../shell.mjs'
import { candidate, canInstall, install, updateLists } from './apt.mjs'

const rustc = (host, ...args) =>
  capture(join(host.bin, 'rustc'), args, { env: { ...process.env, ...host.env } }) ?? ''

/** The machine that `host` compiles for, as rustc names it. */
export const tripleOf = (host) => /^host: (.*)$/m.exec(rustc(host, '-vV'))?.[1]

const files = (folder) => (folder && existsSync(folder) ? readdirSync(folder) : [])

const hasOwn = (host) =>
  files(rustc(host, '--print', 'target-libdir')).some((file) => /_rt\.tsan\./.test(file))

const llvmOf = (host) => /^LLVM version: (\d+)/m.exec(rustc(host, '-vV'))?.[1]

const hasClang = (n) =>
  which(`clang-${n}`) !== undefined &&
  files(`/usr/lib/llvm-${n}/lib/clang/${n}/lib/linux`).some((file) => /_rt\.tsan/.test(file))

/** Installs `names` if all of them are to be had. */
const viaApt = async (names) => {
  if (!canInstall()) return
  await updateLists()
  if (names.every(candidate)) await install(names)
}

/** Resolves to whether programs in C++ can be compiled. */
export const ensureCompiler = async () => {
  if (!which('c++')) await viaApt(['g++'])
  return which('c++') !== undefined
}

/** The flags with which rustc links the runtime of `sanitizer`; undefined where none can be had. */
export const sanitizerFlags = async (host, sanitizer) => {
  const flags = [`-Zsanitizer=${sanitizer}`, '-Cunsafe-allow-abi-mismatch=sanitizer']
  if (hasOwn(host)) return flags
  const n = llvmOf(host)
  if (!hasClang(n)) await viaApt([`clang-${n}`, `libclang-rt-${n}-dev`])
  if (!hasClang(n)) return undefined
  const linker = [`-Clinker=clang-${n}`, `-Clink-arg=-fsanitize=${sanitizer}`]
  return [...flags, '-Zexternal-clangrt', ...linker]
}
