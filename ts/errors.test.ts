// The link at the end of a message, and that the page it leads to has a place for every code, and for
// nothing else.

import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { files, version } from '../package.json'
import { ERRORS_PAGE, GradloomError, withoutLink } from './errors.ts'

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8')

/** The literals of the type `ErrorCode`. */
const codes = (): string[] => {
  const [, union = ''] = /type ErrorCode =\n((?: {2}\| '[a-z-]+'\n)+)/.exec(read('errors.ts')) ?? []
  return [...union.matchAll(/'([a-z-]+)'/g)].map(([, code]) => code as string)
}

it('stands on the last line, once, however often an error was passed on', () => {
  const inner = new GradloomError('trap', 'It stopped.')
  expect(inner.message).toBe(`It stopped.\n${ERRORS_PAGE}#trap`)
  const outer = new GradloomError('worker-died', `A worker threw: ${inner.message} It is lost.`)
  expect(outer.message).toBe(`A worker threw: It stopped. It is lost.\n${ERRORS_PAGE}#worker-died`)
  expect(new GradloomError('trap', inner.message).message).toBe(inner.message)
  expect(withoutLink(outer.message)).toBe('A worker threw: It stopped. It is lost.')
})

it('leads to the page of this version', () => {
  expect(ERRORS_PAGE).toBe(`https://unpkg.com/gradloom@${version}/docs/errors.html`)
  expect(files).toContain('docs/errors.html')
})

it('every code has a place on the page, and every place is a code', () => {
  const page = read('../docs/errors.html')
  const places = [...page.matchAll(/<h2 id="([^"]+)"/g)].map(([, id]) => id as string)
  expect(codes().length).toBeGreaterThan(20)
  expect(places.toSorted()).toEqual(codes().toSorted())
})

it('every place says the cause and the fix', () => {
  const [, ...sections] = read('../docs/errors.html').split('<h2 id="')
  for (const section of sections) expect(section).toMatch(/<b>Cause\.<\/b>[\s\S]*<b>Fix\.<\/b>/)
})

it('the codes of the core are among them', () => {
  const rust = read('../crates/graph/src/error.rs')
  const given = [...rust.matchAll(/=> "([a-z-]+)"/g)].map(([, code]) => code as string)
  expect(given.length).toBeGreaterThan(3)
  for (const code of given) expect(codes()).toContain(code)
})
