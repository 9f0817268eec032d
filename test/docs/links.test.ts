// Every link and every anchor of the built site leads somewhere within it, or is an address elsewhere
// (which is not asked for).

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const site = fileURLToPath(new URL('../../build/docs', import.meta.url))

const files = readdirSync(site, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.(html|svg)$/.test(file))
  .map((file) => join(site, file))

const read = new Map(files.map((file) => [file, readFileSync(file, 'utf8')]))
const namesOf = (html: string): Set<string> =>
  new Set([...html.matchAll(/\s(?:id|name)="([^"]*)"/g)].map(([, name]) => name as string))
const names = new Map([...read].map(([file, html]) => [file, namesOf(html)]))

const linksOf = (html: string): string[] =>
  [...html.matchAll(/<[^>]*\s(?:href|src)="([^"]*)"/g)]
    .map(([, link]) => (link as string).replaceAll('&amp;', '&'))
    .filter((link) => !/^(https?|data|mailto):/.test(link))

/** What is wrong with a link on the page `from`. */
const problem = (from: string, link: string): string | undefined => {
  const [path = '', anchor] = link.split('#')
  const file =
    path === '' ? from : join(dirname(from), decodeURIComponent(path.split('?')[0] ?? ''))
  const where = `${relative(site, from)}: ${link}`
  if (!existsSync(file)) return `${where}: no such file`
  if (anchor && !names.get(file)?.has(decodeURIComponent(anchor))) return `${where}: no such anchor`
  return undefined
}

it('every link resolves', () => {
  const links = [...read].flatMap(([from, html]) =>
    linksOf(html).map((link) => [from, link] as const),
  )
  console.log(`${files.length} files, ${links.length} links`)
  expect(files.length).toBeGreaterThan(100)
  expect(links.flatMap(([from, link]) => problem(from, link) ?? [])).toEqual([])
})
