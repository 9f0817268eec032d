// Builds crates/wasm three times with wasm-pack: `simd`, `threads` (shared memory), `fast` (threads
// and relaxed SIMD), into build/wasm/. Skips what is current. `--crate <dir>` and `--out <dir>`
// build another crate elsewhere, `--no-opt` leaves out wasm-opt, `--force` rebuilds.

import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { Failure, fromFirstError, root, runMain, say, supervise, toolsDir } from './shell.mjs'
import { hashOf, isCurrent, writeStamp } from './stamp.mjs'
import { writeGlue } from './wasm/glue.mjs'
import { optimise } from './wasm/optimise.mjs'
import { makeShims } from './wasm/shims.mjs'
import { rustFlags, variants } from './wasm/variants.mjs'
import { inspect, verifyVariant } from './wasm/verify.mjs'

const { values: options } = parseArgs({
  options: {
    crate: { type: 'string', default: join(root, 'crates/wasm') },
    out: { type: 'string', default: join(root, 'build') },
    'no-opt': { type: 'boolean', default: false },
    force: { type: 'boolean', default: false },
  },
})

const readTools = () => {
  const record = join(toolsDir, 'toolchain.json')
  if (!existsSync(record))
    throw new Failure('the tools are not set up: run `node scripts/setup.mjs`.')
  return JSON.parse(readFileSync(record, 'utf8'))
}

const environment = (tools, variant) => {
  const { RUSTFLAGS, CARGO_ENCODED_RUSTFLAGS, CARGO_BUILD_TARGET, RUSTUP_TOOLCHAIN, ...env } =
    process.env
  return {
    ...env,
    ...tools.wasm.env,
    PATH: `${makeShims(tools)}:${process.env.PATH}`,
    RUSTC: join(tools.wasm.bin, 'rustc'),
    RUSTFLAGS: rustFlags(variant),
    WASM_PACK_CACHE: join(toolsDir, 'wasm-pack'),
    ...(tools.wasm.linker && { CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER: tools.wasm.linker }),
  }
}

const wasmPackArgs = (crate, out, target) => [
  ...['build', crate, '--mode', 'no-install', '--target', 'web', '--no-pack', '--no-opt'],
  ...['--out-dir', out, '--out-name', 'gradloom', '--release', '--'],
  ...['-Z', 'build-std=std,panic_abort', '--target-dir', target],
]

const runWasmPack = async (tools, variant, out) => {
  const target = join(options.out, `target-${variant.name}`)
  const args = wasmPackArgs(resolve(options.crate), out, resolve(target))
  const env = environment(tools, variant)
  const { ok, output, seconds } = await supervise(`build ${variant.name}`, tools.wasmPack, args, {
    env,
  })
  if (!ok)
    throw new Failure(`the ${variant.name} variant does not build:\n${fromFirstError(output)}`)
  return seconds
}

/** Built here and then put in place whole: a build that fails leaves the last one as it was. */
const fresh = join(options.out, `wasm-${process.pid}`)
const place = join(options.out, 'wasm')

const kilobytes = (file) => `${(statSync(file).size / 1000).toFixed(1)} kB`

const buildVariant = async (tools, variant) => {
  const out = resolve(fresh, variant.name)
  const wasm = join(out, 'gradloom_bg.wasm')
  mkdirSync(out, { recursive: true })
  const seconds = await runWasmPack(tools, variant, out)
  if (!options['no-opt']) await optimise(wasm, variant)
  verifyVariant(variant, inspect(readFileSync(wasm)))
  say('wasm', `${variant.name.padEnd(8)} ${kilobytes(wasm)} in ${seconds} s`)
}

const inputs = [
  'Cargo.toml',
  'Cargo.lock',
  'crates',
  'scripts/build-wasm.mjs',
  'scripts/wasm',
  'node_modules/binaryen/package.json',
]

const outputs = () => {
  const names = variants.flatMap(({ name }) => [`${name}/gradloom_bg.wasm`, `${name}/gradloom.js`])
  return [...names, 'gradloom.js', 'gradloom.d.ts'].map((name) => join(place, name))
}

const main = async () => {
  const tools = readTools()
  const choices = JSON.stringify([tools.wasm, tools.key, options.crate, options['no-opt']])
  const hash = hashOf([...inputs, resolve(options.crate)], choices)
  if (!options.force && isCurrent(join(place, 'stamp'), hash, outputs())) {
    return say('wasm', 'current')
  }
  try {
    for (const variant of variants) await buildVariant(tools, variant)
    writeGlue(fresh)
    writeStamp(join(fresh, 'stamp'), hash)
    rmSync(place, { recursive: true, force: true })
    renameSync(fresh, place)
  } finally {
    rmSync(fresh, { recursive: true, force: true })
  }
}

runMain('wasm', main)
