// The versions that the set-up asks for. npm packages are pinned in package-lock.json, crates in
// Cargo.lock.

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../shell.mjs'

export const WASM_PACK = '0.15.1'

/** Edition 2024 needs 1.85; wasm-bindgen-cli needs 1.86. */
export const MIN_RUST = [1, 86]

const DEFAULT_WASM_BINDGEN = '0.2.129'

/** wasm-bindgen-cli must have exactly the version of the crate that was compiled in. */
export const wasmBindgenVersion = (lockFile = join(root, 'Cargo.lock')) => {
  if (!existsSync(lockFile)) return DEFAULT_WASM_BINDGEN
  const entry = /name = "wasm-bindgen"\nversion = "([^"]+)"/.exec(readFileSync(lockFile, 'utf8'))
  return entry?.[1] ?? DEFAULT_WASM_BINDGEN
}

/** `[major, minor]` of `rustc 1.96.0 (…)`, `1.96.0+dfsg1-1`, or undefined. */
export const rustVersion = (text) => {
  const parts = /(\d+)\.(\d+)\.\d+/.exec(text ?? '')
  return parts ? [Number(parts[1]), Number(parts[2])] : undefined
}

export const isNewEnough = (version) =>
  version !== undefined &&
  (version[0] > MIN_RUST[0] || (version[0] === MIN_RUST[0] && version[1] >= MIN_RUST[1]))
