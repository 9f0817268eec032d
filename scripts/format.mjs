// Formats both languages in place: rustfmt and biome.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { opsArgs } from './rustfmt.mjs'
import { inherit, root, runMain, toolsDir } from './shell.mjs'

const main = async () => {
  const { host } = JSON.parse(readFileSync(join(toolsDir, 'toolchain.json'), 'utf8'))
  const env = { ...process.env, PATH: `${host.bin}:${process.env.PATH}` }
  const rust = await inherit(join(host.bin, 'cargo'), ['fmt', '--all'], { env })
  const ops = await inherit(join(host.bin, 'rustfmt'), opsArgs(), { env })
  const biome = join(root, 'node_modules/@biomejs/biome/bin/biome')
  const script = await inherit(process.execPath, [biome, 'check', '--write', '.'])
  process.exitCode = rust || ops || script
}

runMain('format', main)
