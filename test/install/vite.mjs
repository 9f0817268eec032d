// Vite, the current major and the one before: its dev server, which bundles dependencies on the
// way, and its build.

import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { useChromium } from '../../scripts/install/browsers.mjs'
import { cleanVisit, replica, visitFolder, visitServer } from '../../scripts/install/contexts.mjs'
import { html, writePages, writeScripts } from '../../scripts/install/pages.mjs'
import { freePort, startServer } from '../../scripts/install/processes.mjs'
import { reporting } from '../../scripts/install/programs.mjs'

const config = `
export default { build: { rollupOptions: { input: ['index.html', 'assets.html'] } } }
`

/** A module that trains whenever it is loaded, on the workers that are there. */
const hot = (edit) => `
import { train } from './index-train.js'
${reporting('train({}, { keep: true })')}
import.meta.hot.accept()
console.log('edit ${edit}')
`

const EDITS = 5

/** Vite's watcher misses a change that follows the one before in a few milliseconds. */
const PAUSE_MS = 500

/** Edits a module of an open page again and again: the same workers must serve it. */
const reloadHot = (place) => async (page, next) => {
  await next()
  await page.evaluate(() => {
    globalThis.isFirst = true
  })
  const before = page.workers().length
  let outcome
  for (let edit = 1; edit <= EDITS; edit++) {
    await sleep(PAUSE_MS)
    place.write('hot.js', hot(edit))
    outcome = await next()
  }
  if (!(await page.evaluate(() => globalThis.isFirst))) throw new Error('the page was loaded anew')
  const after = page.workers().length
  if (before !== 2 || after !== 2) throw new Error(`${before} workers became ${after}`)
  return outcome
}

/** The newest version here. */
export const VITE = '8.3.8'

/** Builds both pages into `dist`. */
export const buildPages = async (place) => {
  await writeScripts(place)
  writePages(place)
  place.write('vite.config.js', config)
  await place.node('vite/bin/vite.js', ['build'])
}

const vite = (version) => ({
  name: `vite-${version.split('.')[0]}`,
  packages: { vite: version },
  async run(place, report) {
    const browser = await useChromium()
    place.write('hot.js', hot(0))
    place.write('hot.html', html('hot.js'))
    const built = await report.check('build', () => buildPages(place))
    if (!built) return
    await visitFolder(report, browser, join(place.app, 'dist'), { label: 'build' })

    const port = await freePort()
    const args = ['--port', `${port}`, '--strictPort', '--host', '127.0.0.1']
    const program = join(place.tools, 'vite/bin/vite.js')
    const url = `http://127.0.0.1:${port}/index.html`
    const server = await startServer(place, process.execPath, [program, ...args], url)
    try {
      await visitServer(report, browser, port, { label: 'dev' })
      await report.trains(`dev: ${EDITS} hot reloads`, replica, () =>
        cleanVisit(browser, `http://localhost:${port}/hot.html`, reloadHot(place)),
      )
    } finally {
      await server.stop()
    }
  },
})

export const fixtures = [vite(VITE), vite('7.3.8')]
