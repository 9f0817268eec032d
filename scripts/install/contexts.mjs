// The ways in which a page is served, and how Gradloom must run in each: rows that every bundler's
// output goes through.

import { Failure } from '../shell.mjs'
import { visit } from './browsers.mjs'
import { ISOLATION, policy, serveBehind, serveFolder } from './serve.mjs'

export const shared = { mode: 'shared', reason: /page is cross-origin isolated/ }
export const replica = { mode: 'replica', reason: /not cross-origin isolated/ }

/** `page` is `index`, which takes `gradloom`, or `assets`, which takes `gradloom/assets`. */
const withHeaders = [
  { label: 'isolated', page: 'index', headers: ISOLATION, expected: shared },
  { label: 'not isolated', page: 'index', headers: {}, expected: replica },
  { label: 'isolated, assets', page: 'assets', headers: ISOLATION, expected: shared },
]

/** `scripts`: what the pages need in `script-src`. */
const withPolicy = (scripts) => [
  { label: 'CSP', page: 'index', headers: policy('blob:', scripts), expected: replica },
  {
    label: 'CSP without blob workers, assets',
    page: 'assets',
    headers: policy('', scripts),
    expected: replica,
  },
]

/** A visit during which the page's console showed no error. */
export const cleanVisit = async (browser, url, during) => {
  const outcome = await visit(browser, url, during)
  if (outcome.errors.length === 0) return outcome
  throw new Failure(`it trained, with errors in the console:\n${outcome.errors.join('\n')}`)
}

const htmlFile = (page) => `${page}.html`

const visitAll = async (report, browser, contexts, { label = '', path = htmlFile, serve }) => {
  for (const { label: context, page, headers, expected } of contexts) {
    await report.trains(`${label} ${context}`.trim(), expected, async () => {
      const server = await serve(headers)
      try {
        return await cleanVisit(browser, `${server.url}/${path(page)}`)
      } finally {
        server.close()
      }
    })
  }
}

/** The rows of a folder, served in every way. `scripts`: as in `withPolicy`. */
export const visitFolder = (report, browser, dir, { scripts, ...options } = {}) =>
  visitAll(report, browser, [...withHeaders, ...withPolicy(scripts)], {
    ...options,
    serve: (headers) => serveFolder(dir, headers),
  })

/** Those of a bundler's own server, at `port`. Servers for developers run under no policy. */
export const visitServer = (report, browser, port, { scripts, ...options } = {}) =>
  visitAll(report, browser, [...withHeaders, ...(scripts ? withPolicy(scripts) : [])], {
    ...options,
    serve: (headers) => serveBehind(port, headers),
  })

/** Those of a page that takes the package's files as they are. */
export const visitPlain = (report, browser, dir) =>
  visitAll(report, browser, withHeaders.slice(0, 2), { serve: (h) => serveFolder(dir, h) })
