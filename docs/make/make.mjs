// `npm run docs`: the docs site in build/docs, from docs/, the sources (API reference, by TypeDoc) and
// the examples. What is current is left alone; `--force` makes it again.

import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { npmPackages } from '../../scripts/setup/npm.mjs'
import { Failure, root, runMain, say, supervise, tail } from '../../scripts/shell.mjs'
import { hashOf, isCurrent, writeStamp } from '../../scripts/stamp.mjs'

const docs = join(root, 'docs')
const out = join(root, 'build/docs')
const inputs = ['docs', 'examples', 'ts', 'dist/browser/index.js', 'package-lock.json']

const apiInputs = ['ts', 'docs/typedoc.json', 'docs/tsconfig.json', 'docs/site/api.css']

/** TypeDoc writes links of its bar as they are, on pages of any depth. */
const linkToSite = () => {
  const folder = join(out, 'api')
  for (const file of readdirSync(folder, { recursive: true })) {
    if (!file.endsWith('.html')) continue
    const path = join(folder, file)
    const up = '../'.repeat(file.split('/').length)
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll('https://site.invalid/', up))
  }
}

/** Takes longer than all the rest, so it has a stamp of its own. */
const makeApi = async () => {
  const hash = hashOf([...apiInputs, 'docs/package-lock.json'])
  const stamp = join(out, 'api/.stamp')
  if (isCurrent(stamp, hash, [join(out, 'api/index.html')])) return
  const typedoc = join(docs, 'node_modules/typedoc/bin/typedoc')
  const args = [typedoc, '--options', join(docs, 'typedoc.json'), '--treatWarningsAsErrors']
  const { ok, output } = await supervise('typedoc', process.execPath, args)
  if (!ok) throw new Failure(`typedoc failed:\n${tail(output, 40)}`)
  linkToSite()
  writeStamp(stamp, hash)
}

const readGuide = (file) => {
  const path = join(docs, 'guides', `${file}.md`)
  return readFileSync(path, 'utf8')
}

const makePages = async () => {
  const { guides, page } = await import('./page.mjs')
  const { render, renderHtml } = await import('./markdown.mjs')
  const { gallerySections } = await import('./gallery.mjs')
  const { colourRules } = await import('./highlight.mjs')
  const { indexOf, reference, sectionsOf } = await import('./search.mjs')
  const documents = reference(out)
  for (const file of guides) {
    const isHtml = file === 'errors'
    const read = isHtml
      ? renderHtml(readFileSync(join(docs, 'errors.html'), 'utf8'))
      : render(readGuide(file))
    const body = read.body.replace('<!-- gallery -->', gallerySections)
    const scripts = file === 'gallery' ? ['gallery/page.js'] : []
    writeFileSync(join(out, `${file}.html`), page({ file, ...read, body, scripts }))
    documents.push(...sectionsOf(file, read.title, body))
  }
  writeFileSync(join(out, 'search.json'), indexOf(documents))
  const css = readFileSync(join(docs, 'site/site.css'), 'utf8')
  writeFileSync(join(out, 'site.css'), `${css}\n${colourRules()}\n`)
}

const makeGallery = async () => {
  const { bundleGallery } = await import('./gallery.mjs')
  for (const folder of ['gallery', 'gradloom']) mkdirSync(join(out, folder), { recursive: true })
  await bundleGallery(join(out, 'gallery'))
  copyFileSync(join(root, 'dist/browser/index.js'), join(out, 'gradloom/index.js'))
  for (const file of ['site.js', 'icon.svg'])
    copyFileSync(join(docs, 'site', file), join(out, file))
}

/** The page's part of the search, with its library. */
const makeSearch = async () => {
  const { build } = await import('esbuild')
  const options = { bundle: true, minify: true, format: 'esm', target: 'es2022' }
  const entryPoints = [join(docs, 'site/search.js')]
  await build({ ...options, entryPoints, outfile: join(out, 'search.js') })
}

const report = () => {
  const files = readdirSync(out, { recursive: true, withFileTypes: true }).filter((f) => f.isFile())
  const bytes = files.reduce((sum, f) => sum + statSync(join(f.parentPath, f.name)).size, 0)
  say('docs', `${files.length} files, ${(bytes / 1e6).toFixed(1)} MB in build/docs`)
}

const main = async () => {
  await npmPackages('docs')
  const hash = hashOf(inputs)
  const isDone = isCurrent(join(out, '.stamp'), hash, [join(out, 'api/index.html')])
  if (isDone && !process.argv.includes('--force')) return say('docs', 'current')
  mkdirSync(out, { recursive: true })
  for (const name of readdirSync(out).filter((name) => name !== 'api')) {
    rmSync(join(out, name), { recursive: true })
  }
  await makeApi()
  await makeGallery()
  await makeSearch()
  await makePages()
  writeStamp(join(out, '.stamp'), hash)
  report()
}

runMain('docs', main)
