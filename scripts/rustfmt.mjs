// Arguments of rustfmt for the files of the ops: a macro names them, so `cargo fmt` does not look into
// them.

import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './shell.mjs'

export const opsArgs = () => {
  const dir = join(root, 'crates/ops/src')
  const files = readdirSync(dir).filter((name) => name.endsWith('.rs'))
  const config = ['--edition', '2024', '--config-path', join(root, 'rustfmt.toml')]
  return [...config, ...files.map((name) => join(dir, name))]
}
