// The index of the search: each section of a guide, each page of the API reference and each member on it, by
// its address. Reads the HTML that was made; the page's part is docs/site/search.js.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import MiniSearch from 'minisearch'
import { indexOptions } from '../site/search-index.js'

const entities = { lt: '<', gt: '>', amp: '&', quot: '"', '#39': "'" }

const textOf = (html) =>
  html
    .replace(/<wbr\/?>/g, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&(\w+|#\d+);/g, (all, name) => entities[name] ?? all)
    .replace(/\s+/g, ' ')
    .trim()

const heading = /<h[1-3] id="([^"]+)">(.*?)<\/h[1-3]>/g

/** The sections of a guide, without the programs of the gallery. */
export const sectionsOf = (file, title, body) => {
  const html = body.replace(/<details>.*?<\/details>/gs, '')
  const found = [...html.matchAll(heading)]
  return found.map(({ 0: all, 1: anchor, 2: name, index }, i) => ({
    id: `${file}.html#${anchor}`,
    title: textOf(name),
    where: title,
    // The name of the file is a word for the page, such as csp.
    text: `${i === 0 ? file : ''} ${textOf(html.slice(index + all.length, found[i + 1]?.index))}`,
  }))
}

const comment = (html) =>
  textOf(/<div class="tsd-comment tsd-typography">(.*?)<\/div>/s.exec(html)?.[1] ?? '')

const member =
  /<section class="tsd-panel tsd-member">\s*<h3 class="tsd-anchor-link" id="([^"]+)">.*?<span>(.*?)<\/span>/g

/** A page of TypeDoc, and the members that it does not inherit. */
const referenceOf = (path, html) => {
  const [, crumbs = ''] = /<ul class="tsd-breadcrumb"[^>]*>(.*?)<\/ul>/s.exec(html) ?? []
  const title = textOf(crumbs).replaceAll(' ', '.')
  const kind = textOf(/<h1[^>]*>(.*?)<\/h1>/s.exec(html)?.[1] ?? '').split(' ')[0]
  const [, main = ''] = /<div class="col-content">(.*)/s.exec(html) ?? []
  const found = [...main.matchAll(member)]
  const members = found.map(({ 1: anchor, 2: name, index }, i) => ({
    id: `${path}#${anchor}`,
    title: `${title}.${textOf(name)}`,
    where: `API: ${kind.toLowerCase()} ${title}`,
    text: comment(main.slice(index, found[i + 1]?.index)),
  }))
  const own = { id: path, title, where: `API: ${kind.toLowerCase()}` }
  return [{ ...own, text: comment(main.slice(0, found[0]?.index)) }, ...members]
}

/** All pages below `out`/api that describe something. */
export const reference = (out) =>
  readdirSync(join(out, 'api'), { recursive: true })
    .filter((file) => /^(classes|functions|interfaces|types|variables)\/.*\.html$/.test(file))
    .sort()
    .flatMap((file) => referenceOf(`api/${file}`, readFileSync(join(out, 'api', file), 'utf8')))

/** The index as the page loads it. */
export const indexOf = (documents) => {
  const index = new MiniSearch(indexOptions)
  index.addAll(documents)
  return JSON.stringify(index)
}
