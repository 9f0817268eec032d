// The browser download: dist/browser/index.js after gzip, split into its JavaScript and the wasm
// modules that it carries as base64 literals.
import { existsSync, readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { NotBuilt } from './ours.mjs'

const entry = new URL('../dist/browser/index.js', import.meta.url)
const base64Literal = /[A-Za-z0-9+/]{4000,}={0,2}/g

const gzipped = (text) => gzipSync(text, { level: 9 }).length

/** Bytes on the wire; `wasm` is what the base64 literals add to the compressed file. */
export function downloadSize() {
  if (!existsSync(entry)) throw new NotBuilt('not built: dist/browser/index.js')
  const text = readFileSync(entry, 'utf8')
  const literals = text.match(base64Literal) ?? []
  const total = gzipped(text)
  const js = gzipped(text.replace(base64Literal, ''))
  const modules = literals.map((literal) => Buffer.from(literal, 'base64').length)
  return { total, js, wasm: total - js, modules }
}
