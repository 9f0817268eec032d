// A newer Node than the one that runs the tests, for the comparison of bits: from its npm package, kept in
// .tools/. `GRADLOOM_NEWER_NODE` names another one.

import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const VERSION = '24.21.0'

const run = promisify(execFile)

const platform = process.platform === 'win32' ? 'win' : process.platform
const pack = `node-${platform}-${process.arch}`
const directory = fileURLToPath(new URL(`../../.tools/node-${VERSION}`, import.meta.url))
const program = `${directory}/node_modules/${pack}/bin/node${platform === 'win' ? '.exe' : ''}`

const install = async (): Promise<void> => {
  const npm = ['install', '--no-save', '--no-audit', '--no-fund', '--prefix', directory]
  await run(platform === 'win' ? 'npm.cmd' : 'npm', [...npm, `${pack}@${VERSION}`])
}

/** Path of its program; installed at the first call. */
export const newerNode = async (): Promise<string> => {
  const given = process.env.GRADLOOM_NEWER_NODE
  if (given) return given
  if (existsSync(program)) return program
  try {
    await install()
  } catch (cause) {
    const fix = 'set GRADLOOM_NEWER_NODE to the program of a Node newer than this one'
    throw new Error(`${pack}@${VERSION} cannot be had from the npm registry; ${fix}.`, { cause })
  }
  return program
}
