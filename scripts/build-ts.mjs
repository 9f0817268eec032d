// Bundles ts/ into dist/ (tsup; scripts/bundle), puts the wasm files beside it and emits the types (tsc). Skips
// what is current; `--force` rebuilds.

import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { bundleBrowser } from './bundle/browser.mjs'
import { bundleModules } from './bundle/modules.mjs'
import { bundleNodeWorker } from './bundle/node-worker.mjs'
import { writeBill } from './bundle/sbom.mjs'
import { forOlderCompilers } from './bundle/types.mjs'
import { Failure, root, runMain, say, supervise, tail } from './shell.mjs'
import { hashOf, isCurrent, writeStamp } from './stamp.mjs'
import { variants } from './wasm/variants.mjs'

const dist = join(root, 'dist')

/** Built here and then put in place whole. */
const fresh = join(root, 'build', `dist-${process.pid}`)

const inputs = [
  'ts',
  'package-lock.json',
  'package.json',
  'Cargo.lock',
  'tsconfig.json',
  'tsconfig.types.json',
  'tsup.config.ts',
  'scripts/build-ts.mjs',
  'scripts/bundle',
  'build/wasm/gradloom.js',
]

const outputs = [
  ...['node/index.js', 'node/worker.js', 'browser/index.js', 'assets/index.js', 'assets/worker.js'],
  ...['edge/index.js', 'modules/index.js'],
  ...['sbom.cdx.json', 'third-party.txt', 'wasm/SHA256SUMS'],
  ...['types/index.d.ts', ...variants.map(({ name }) => `wasm/${name}.wasm`)],
]

const wasmFile = (name) => join(root, 'build/wasm', name, 'gradloom_bg.wasm')

const copyWasm = () => {
  mkdirSync(join(fresh, 'wasm'), { recursive: true })
  for (const { name } of variants) {
    if (!existsSync(wasmFile(name)))
      throw new Failure('the wasm is not built: run `npm run build:wasm`.')
    copyFileSync(wasmFile(name), join(fresh, 'wasm', `${name}.wasm`))
  }
}

const run = async (label, script, args) => {
  const env = { ...process.env, GRADLOOM_DIST: fresh }
  const command = [join(root, script), ...args]
  const { ok, output } = await supervise(label, process.execPath, command, { env })
  if (!ok) throw new Failure(`${label} failed:\n${tail(output, 60)}`)
}

/** What must not be in a file that runs in browsers, or in one that users bundle. */
const forbidden = [
  [/\b(?:from|import|require)\s*\(?\s*["']node:/, 'imports a module of Node'],
  [/gradloom_bg\.wasm/, 'refers to a file that is not shipped'],
  [/from ?["']virtual:/, 'has an unresolved import'],
]

const checkBundles = () => {
  for (const file of outputs.filter((name) => /^(browser|assets|edge)\/.*\.js$/.test(name))) {
    const text = readFileSync(join(fresh, file), 'utf8')
    const found = forbidden.find(([pattern]) => pattern.test(text))
    if (found) throw new Failure(`dist/${file} ${found[1]}.`)
  }
}

/** The files that went into the entries, from the records that tsup leaves beside them. */
const takeInputs = () =>
  ['node', 'assets', 'edge'].flatMap((name) => {
    const file = join(fresh, name, 'metafile-esm.json')
    const { outputs: made } = JSON.parse(readFileSync(file, 'utf8'))
    rmSync(file)
    return Object.values(made).flatMap((output) => Object.keys(output.inputs))
  })

const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} kB`

const report = () => {
  for (const file of outputs.filter((name) => /\.(js|wasm)$/.test(name))) {
    const bytes = readFileSync(join(dist, file))
    const sizes = `${kilobytes(bytes.length)}, gzip ${kilobytes(gzipSync(bytes).length)}`
    say('ts', `${`dist/${file}`.padEnd(24)} ${sizes}`)
  }
}

const bundle = async () => {
  copyWasm()
  await bundleNodeWorker(join(fresh, 'node/worker.js'))
  await run('tsup', 'node_modules/tsup/dist/cli-default.js', ['--config', 'tsup.config.ts'])
  const worker = await bundleBrowser(join(fresh, 'browser/index.js'))
  await bundleModules(join(fresh, 'modules'), worker)
  checkBundles()
  const types = ['-p', 'tsconfig.types.json', '--outDir', join(fresh, 'types')]
  await run('tsc (types)', 'node_modules/typescript/bin/tsc', types)
  forOlderCompilers(join(fresh, 'types'))
  writeBill(fresh, takeInputs())
}

const main = async () => {
  const modules = variants.map(({ name }) => wasmFile(name)).filter((file) => existsSync(file))
  const hash = hashOf([...inputs, ...modules])
  const files = outputs.map((name) => join(dist, name))
  const current = isCurrent(join(dist, 'stamp'), hash, files)
  if (current && !process.argv.includes('--force')) return say('ts', 'current')
  try {
    await bundle()
    writeStamp(join(fresh, 'stamp'), hash)
    rmSync(dist, { recursive: true, force: true })
    renameSync(fresh, dist)
  } finally {
    rmSync(fresh, { recursive: true, force: true })
  }
  report()
}

runMain('ts', main)
