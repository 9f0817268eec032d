// What the package says it is made of: its bill of materials, and the hashes of the core, which a
// build from nothing must give again.

import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { emptyFolder, installDir } from '../../scripts/install/package.mjs'
import { root } from '../../scripts/shell.mjs'
import { writeStamp } from '../../scripts/stamp.mjs'

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex')

/** By file. */
const recorded = (installed) => {
  const lines = readFileSync(join(installed, 'dist/wasm/SHA256SUMS'), 'utf8').trim().split('\n')
  return Object.fromEntries(lines.map((line) => line.split(/\s+/).reverse()))
}

const mustBe = (what, found, wanted) => {
  if (found !== wanted) throw new Error(`${what} has the hash ${found}, not ${wanted}`)
}

const checkFiles = (installed) => {
  const hashes = Object.entries(recorded(installed))
  if (hashes.length !== 3) throw new Error(`${hashes.length} hashes are recorded`)
  for (const [file, hash] of hashes)
    mustBe(file, sha256(readFileSync(join(installed, 'dist/wasm', file))), hash)
}

const checkInlined = async (installed) => {
  for (const [file, hash] of Object.entries(recorded(installed))) {
    const name = file.replace('.wasm', '.js')
    const module = await import(join(installed, 'dist/modules/inlined', name))
    mustBe(name, sha256(gunzipSync(Buffer.from(module.default, 'base64'))), hash)
  }
}

const checkBill = (installed) => {
  const { components } = JSON.parse(readFileSync(join(installed, 'dist/sbom.cdx.json'), 'utf8'))
  for (const name of ['comlink', 'd3-dsv', 'fast-png', 'jpeg-js', 'wasm-bindgen', 'rust-std'])
    if (!components.some((each) => each.name === name)) throw new Error(`${name} is not in it`)
  const hashes = recorded(installed)
  for (const { name, hashes: own } of components.filter(({ type }) => type === 'file'))
    mustBe(name, own[0].content, hashes[name.replace('dist/wasm/', '')])
  const licenses = readFileSync(join(installed, 'dist/third-party.txt'), 'utf8')
  if (!/Apache License/.test(licenses)) throw new Error('there is no license of comlink')
}

/** Once for each state of the sources: it takes minutes. */
const checkBuild = async (place, installed) => {
  const sources = readFileSync(join(root, 'build/wasm/stamp'), 'utf8')
  const done = join(installDir, 'integrity', 'reproduced')
  if (existsSync(done) && readFileSync(done, 'utf8') === sources) return 'done before'
  const out = emptyFolder(join(place.app, 'build'))
  const build = join(root, 'scripts/build-wasm.mjs')
  await place.run(process.execPath, [build, '--out', out], { timeout: 1_800_000 })
  for (const [file, hash] of Object.entries(recorded(installed))) {
    const again = join(out, 'wasm', file.replace('.wasm', ''), 'gradloom_bg.wasm')
    mustBe(`${file}, built again,`, sha256(readFileSync(again)), hash)
  }
  writeStamp(done, sources)
  return ''
}

const integrity = {
  name: 'integrity',
  async run(place, report, { installed }) {
    await report.check('SHA256SUMS is that of the files', () => checkFiles(installed))
    await report.check('the inlined core is the same', () => checkInlined(installed))
    await report.check('the bill of materials', () => checkBill(installed))
    await report.check('a build from nothing gives the same core', () =>
      checkBuild(place, installed),
    )
  },
}

export const fixtures = [integrity]
