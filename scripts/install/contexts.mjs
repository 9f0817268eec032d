// The ways in which a page is served, and how Gradloom must run in each: rows that every bundler's
// output goes through.

import { Failure } from '../shell.mjs'
import { visit } from './browsers.mjs'
import { headers, serveFolder } from './serve.mjs'

const shared = { mode: 'shared', reason: /page is cross-origin isolated/ }
const replica = { mode: 'replica', reason: /not cross-origin isolated/ }

/** `page` is what the fixture builds with `gradloom`, `assets` with `gradloom/assets`. */
export const contexts = [
  { label: 'isolated', page: 'index', headers: headers.isolated, expected: shared },
  { label: 'not isolated', page: 'index', headers: headers.plain, expected: replica },
  { label: 'CSP, blob workers', page: 'index', headers: headers.blobWorkers, expected: replica },
  {
    label: 'CSP, no blob workers, gradloom/assets',
    page: 'assets',
    headers: headers.noBlobWorkers,
    expected: replica,
  },
  {
    label: 'isolated, gradloom/assets',
    page: 'assets',
    headers: headers.isolated,
    expected: shared,
  },
]

/** A visit during which the page's console showed no error. */
export const cleanVisit = async (browser, url, during) => {
  const outcome = await visit(browser, url, during)
  if (outcome.errors.length === 0) return outcome
  throw new Failure(`it trained, with errors in the console:\n${outcome.errors.join('\n')}`)
}

/** One row for each context of the folder `dir`. */
export const visitFolder = async (report, browser, dir, { label = '', of = contexts } = {}) => {
  for (const { label: context, page, headers: extra, expected } of of) {
    await report.trains(`${label} ${context}`.trim(), expected, async () => {
      const server = await serveFolder(dir, extra)
      try {
        return await cleanVisit(browser, `${server.url}/${page}.html`)
      } finally {
        server.close()
      }
    })
  }
}
