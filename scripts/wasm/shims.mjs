// A directory of `cargo`, `rustc`, `wasm-bindgen` that stand for the chosen toolchain, put first in
// wasm-pack's PATH. wasm-pack looks programs up by name only.

import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { toolsDir } from '../shell.mjs'

const script = (dir, name, lines) => {
  const path = join(dir, name)
  writeFileSync(path, `#!/bin/sh\n${lines.join('\n')}\n`)
  chmodSync(path, 0o755)
}

// wasm-pack asks for a prebuilt wasm standard library, which `-Z build-std` does without: its
// question is answered with a directory that exists.
const rustc = (program, dir) => [
  'if [ "$*" = "--target wasm32-unknown-unknown --print target-libdir" ]; then',
  `  echo "${dir}"; exit`,
  'fi',
  `exec "${program}" "$@"`,
]

export const makeShims = (tools) => {
  const dir = join(toolsDir, 'shims')
  mkdirSync(dir, { recursive: true })
  script(dir, 'cargo', [`exec "${join(tools.wasm.bin, 'cargo')}" "$@"`])
  script(dir, 'rustc', rustc(join(tools.wasm.bin, 'rustc'), dir))
  script(dir, 'wasm-bindgen', [`exec "${tools.wasmBindgen}" "$@"`])
  return dir
}
