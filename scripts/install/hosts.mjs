// Pages on servers that isolate them by a recipe of docs/guides/hosting.md: the recipe as it stands there, the
// server on a port of its own, and a row for each page, which must share memory.

import { useChromium } from './browsers.mjs'
import { cleanVisit, shared } from './contexts.mjs'
import { recipe } from './guide.mjs'
import { freePort, startServer } from './processes.mjs'

/** A block of the guide about hosts. */
export const hosting = (heading, tag) => recipe('hosting', heading, tag)

export const PAGES = ['index', 'assets']

const htmlFile = (page) => `${page}.html`

/** A row for each page of a site; `start` gives `{ url, stop }`. */
export const visitPages = async (report, label, start, { pages = PAGES, path = htmlFile } = {}) => {
  let server
  const started = await report.check(`${label} starts`.trim(), async () => {
    server = await start()
  })
  if (!started) return
  try {
    for (const page of pages) {
      await report.trains(`${label} ${page}`.trim(), shared, async () =>
        cleanVisit(await useChromium(), `${server.url}/${path(page)}`),
      )
    }
  } finally {
    await server.stop()
  }
}

/** Starts a program on a port of its own; `args` gets its number. */
export const onPort =
  (place, program, args, env = {}) =>
  async () => {
    const port = await freePort()
    const url = `http://127.0.0.1:${port}`
    const server = await startServer(place, program, args(port), `${url}/`, { CI: '1', ...env })
    return { url: `http://localhost:${port}`, stop: server.stop }
  }
