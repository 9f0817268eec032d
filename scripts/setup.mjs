// Gets everything that building and testing needs, once: npm packages, Rust, wasm tools, Chromium.
// `--test` adds what only the tests need. What is there is used; a second run takes no time.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cargoTools } from './setup/cargo-tools.mjs'
import { chromiumPath } from './setup/chromium.mjs'
import { npmPackages } from './setup/npm.mjs'
import { pythonPath } from './setup/python.mjs'
import { hostToolchain, wasmToolchain } from './setup/rust.mjs'
import { WASM_PACK, wasmBindgenVersion } from './setup/versions.mjs'
import { Failure, root, runMain, say, toolsDir, which } from './shell.mjs'
import { saySpace } from './space.mjs'

const record = join(toolsDir, 'toolchain.json')
const forTests = process.argv.includes('--test')

const checkNode = () => {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > 20 || (major === 20 && minor >= 19)) return
  throw new Failure(`Node ${process.versions.node} is too old: install Node 20.19 or newer.`)
}

const remembered = () => {
  try {
    return existsSync(record) ? JSON.parse(readFileSync(record, 'utf8')) : undefined
  } catch {
    return undefined
  }
}

const programs = ({ wasm, host, wasmBindgen, wasmPack }) => [
  join(wasm.bin, 'cargo'),
  join(host.bin, 'cargo'),
  ...(wasm.linker ? [wasm.linker] : []),
  wasmBindgen,
  wasmPack,
]

const key = () => `${WASM_PACK} ${wasmBindgenVersion()} ${process.env.GRADLOOM_RUST ?? ''}`

const testsReady = ({ host, chromium, python }) =>
  host.lints && which(chromium ?? '') && (python === null || which(python ?? ''))

/** Whether the remembered choices still hold. */
const holds = (tools) =>
  tools?.key === key() &&
  programs(tools).every((program) => which(program)) &&
  (!forTests || testsReady(tools))

const chooseForTests = async () => {
  const chromium = await chromiumPath()
  const python = await pythonPath()
  say('setup', `Chromium:       ${chromium ?? 'cannot be had; browser tests fail'}`)
  say('setup', `Python:         ${python ?? 'no safetensors to be had; its test is skipped'}`)
  return { chromium, python }
}

const chooseTools = async (before) => {
  const wasm = await wasmToolchain()
  const host = await hostToolchain(wasm, forTests)
  say('setup', `Rust for wasm:  ${wasm.version} (${wasm.kind}: ${wasm.bin})`)
  say('setup', `Rust for tests: ${host.version} (${host.kind}: ${host.bin})`)
  const { chromium, python } = forTests ? await chooseForTests() : (before ?? {})
  return { key: key(), wasm, host, ...(await cargoTools(host)), chromium, python }
}

const save = (tools) => {
  mkdirSync(toolsDir, { recursive: true })
  writeFileSync(record, `${JSON.stringify(tools, null, 2)}\n`)
}

const main = async () => {
  checkNode()
  if (!existsSync(record)) saySpace('setup', forTests ? 4 : 2)
  await npmPackages()
  const before = remembered()
  if (holds(before)) return say('setup', 'everything is there')
  save(await chooseTools(before))
  say('setup', `done (${root})`)
}

runMain('setup', main)
