// What is in the package that others wrote: a bill of materials (CycloneDX 1.6), from the lock files
// and from what the bundler took, and their licenses; and the hashes of the core, as `sha256sum -c`
// reads them.

import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { rustVersion } from '../setup/versions.mjs'
import { root, toolsDir } from '../shell.mjs'
import { variants } from '../wasm/variants.mjs'

const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'))

const component = (kind, name, version, more) => {
  const purl = `pkg:${kind}/${name.replace('@', '%40')}@${version}`
  return { type: 'library', 'bom-ref': purl, name, version, purl, ...more }
}

const hash = (alg, content) => ({ hashes: [{ alg, content }] })

const licensed = (expression) => (expression ? { licenses: [{ expression }] } : {})

/** Packages of npm whose files are among `inputs`, the paths that a bundler read. */
const packagesOf = (inputs) => {
  const names = inputs.map((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1])
  return [...new Set(names.filter(Boolean))].sort()
}

const licenseText = (name) => {
  const dir = join(root, 'node_modules', name)
  const file = readdirSync(dir).find((each) => /^licen[cs]e/i.test(each))
  return `${name}\n\n${readFileSync(join(dir, file), 'utf8').trim()}\n`
}

const npmComponents = (names) => {
  const { packages } = readJson(join(root, 'package-lock.json'))
  return names.map((name) => {
    const { version, integrity, license } = packages[`node_modules/${name}`]
    const sha512 = Buffer.from(integrity.replace('sha512-', ''), 'base64').toString('hex')
    return component('npm', name, version, { ...licensed(license), ...hash('SHA-512', sha512) })
  })
}

/** They run in the compiler and leave nothing of themselves behind. */
const macros = ['wasm-bindgen-macro', 'rustversion']

const crates = () => {
  const lock = readFileSync(join(root, 'Cargo.lock'), 'utf8')
  const entries = lock.split('[[package]]').slice(1)
  return new Map(
    entries.map((text) => {
      const field = (name) => new RegExp(`^${name} = "(.*)"$`, 'm').exec(text)?.[1]
      const list = /^dependencies = \[([^\]]*)\]/m.exec(text)?.[1] ?? ''
      const dependencies = [...list.matchAll(/"([\w-]+)/g)].map(([, name]) => name)
      return [
        field('name'),
        { version: field('version'), checksum: field('checksum'), dependencies },
      ]
    }),
  )
}

/** The crates that crates/wasm links, without our own. */
const crateComponents = () => {
  const all = crates()
  const found = new Set()
  const take = (name) => {
    if (found.has(name) || macros.includes(name)) return
    found.add(name)
    for (const next of all.get(name).dependencies) take(next)
  }
  take('gradloom-wasm')
  return [...found]
    .filter((name) => all.get(name).checksum)
    .sort()
    .map((name) => {
      const { version, checksum } = all.get(name)
      return component('cargo', name, version, hash('SHA-256', checksum))
    })
}

/** The standard library is compiled in, too. */
const standardLibrary = () => {
  const record = join(toolsDir, 'toolchain.json')
  const text = existsSync(record) ? readJson(record).wasm.version : ''
  const version = /\d+\.\d+\.\d+\S*/.exec(text)?.[0]
  if (!version || !rustVersion(text)) return []
  return [component('generic', 'rust-std', version, licensed('MIT OR Apache-2.0'))]
}

const sha256 = (file) => createHash('sha256').update(readFileSync(file)).digest('hex')

/**
 * Writes `sbom.cdx.json`, `third-party.txt` and `wasm/SHA256SUMS` into `dist`; `inputs`: what the
 * bundler read.
 */
export const writeBill = (dist, inputs) => {
  const names = packagesOf(inputs)
  const { name, version, license } = readJson(join(root, 'package.json'))
  const wasm = variants.map((variant) => `${variant.name}.wasm`)
  const sums = wasm.map((file) => [file, sha256(join(dist, 'wasm', file))])
  const files = sums.map(([file, sum]) => ({
    type: 'file',
    name: `dist/wasm/${file}`,
    ...hash('SHA-256', sum),
  }))
  const bill = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: component('npm', name, version, licensed(license)) },
    components: [...npmComponents(names), ...crateComponents(), ...standardLibrary(), ...files],
  }
  writeFileSync(join(dist, 'third-party.txt'), names.map(licenseText).join('\n\n'))
  writeFileSync(join(dist, 'sbom.cdx.json'), `${JSON.stringify(bill, null, 2)}\n`)
  const lines = sums.map(([file, sum]) => `${sum}  ${file}\n`)
  writeFileSync(join(dist, 'wasm/SHA256SUMS'), lines.join(''))
}
