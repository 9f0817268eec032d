// Bundles ts/ into dist/ (tsup), puts the wasm files beside it and emits the types (tsc). Skips
// what is current; `--force` rebuilds.

import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { Failure, root, runMain, say, supervise, tail } from './shell.mjs'
import { hashOf, isCurrent, writeStamp } from './stamp.mjs'
import { variants } from './wasm/variants.mjs'

const dist = join(root, 'dist')
const stamp = join(dist, 'stamp')

const inputs = [
  'ts',
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.types.json',
  'tsup.config.ts',
  'scripts/build-ts.mjs',
  'scripts/bundle',
]

const outputs = [
  ...['node/index.js', 'node/worker.js', 'browser/index.js', 'assets/index.js', 'assets/worker.js'],
  ...['types/index.d.ts', ...variants.map(({ name }) => `wasm/${name}.wasm`)],
].map((name) => join(dist, name))

const wasmFile = (name) => join(root, 'build/wasm', name, 'gradloom_bg.wasm')

const copyWasm = () => {
  mkdirSync(join(dist, 'wasm'), { recursive: true })
  for (const { name } of variants) {
    if (!existsSync(wasmFile(name)))
      throw new Failure('the wasm is not built: run `npm run build:wasm`.')
    copyFileSync(wasmFile(name), join(dist, 'wasm', `${name}.wasm`))
  }
}

const run = async (label, script, args) => {
  const { ok, output } = await supervise(label, process.execPath, [join(root, script), ...args])
  if (!ok) throw new Failure(`${label} failed:\n${tail(output, 60)}`)
}

/** What must not be in a file that runs in browsers, or in one that users bundle. */
const forbidden = [
  [/\b(?:from|import|require)\s*\(?\s*["']node:/, 'imports a module of Node'],
  [/gradloom_bg\.wasm/, 'refers to a file that is not shipped'],
  [/from ?["']virtual:/, 'has an unresolved import'],
]

const checkBundles = () => {
  for (const file of outputs.filter((name) => /(browser|assets)\/.*\.js$/.test(name))) {
    const text = readFileSync(file, 'utf8')
    const found = forbidden.find(([pattern]) => pattern.test(text))
    if (found) throw new Failure(`${file} ${found[1]}.`)
  }
}

const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} kB`

const report = () => {
  for (const file of outputs.filter((name) => !name.endsWith('.d.ts'))) {
    const bytes = readFileSync(file)
    const sizes = `${kilobytes(bytes.length)}, gzip ${kilobytes(gzipSync(bytes).length)}`
    say('ts', `${file.slice(root.length + 1).padEnd(24)} ${sizes}`)
  }
}

const main = async () => {
  const modules = variants.map(({ name }) => wasmFile(name)).filter((file) => existsSync(file))
  const extra = modules.map((file) => readFileSync(file).toString('latin1')).join('')
  const hash = hashOf(inputs, extra)
  if (!process.argv.includes('--force') && isCurrent(stamp, hash, outputs))
    return say('ts', 'current')
  rmSync(dist, { recursive: true, force: true })
  copyWasm()
  await run('tsup', 'node_modules/tsup/dist/cli-default.js', ['--config', 'tsup.config.ts'])
  checkBundles()
  await run('tsc (types)', 'node_modules/typescript/bin/tsc', ['-p', 'tsconfig.types.json'])
  writeStamp(stamp, hash)
  report()
}

runMain('ts', main)
