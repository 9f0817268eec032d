// A page that trains is put behind another tab, frozen there by the browser, and taken up again.

import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { useTabs } from '../../scripts/install/browsers.mjs'
import { cleanVisit, replica, shared } from '../../scripts/install/contexts.mjs'
import { html } from '../../scripts/install/pages.mjs'
import { reporting } from '../../scripts/install/programs.mjs'
import { ISOLATION, serveFolder } from '../../scripts/install/serve.mjs'

/** Pauses between epochs; a frozen page's timers stand still. */
const program = `
import { train } from './train.js'
globalThis.events = []
document.addEventListener('visibilitychange', () => events.push(document.visibilityState))
for (const name of ['freeze', 'resume']) document.addEventListener(name, () => events.push(name))
const onEpochEnd = () => new Promise((resolve) => setTimeout(resolve, 500))
${reporting('train({}, { callbacks: [{ onEpochEnd }] })')}
`

const EVENTS = 'hidden,freeze,resume,visible'

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

const putAway = (browser) => async (page, next) => {
  const session = await page.createCDPSession()
  const other = await browser.newPage()
  await other.bringToFront()
  await sleep(300)
  await session.send('Page.setWebLifecycleState', { state: 'frozen' })
  await sleep(2500)
  await session.send('Page.setWebLifecycleState', { state: 'active' })
  await page.bringToFront()
  const outcome = await next()
  const events = await page.evaluate(() => globalThis.events.join())
  await other.close()
  if (events !== EVENTS) throw new Error(`the page saw ${events}, not ${EVENTS}`)
  return outcome
}

const background = {
  name: 'background',
  packages: { 'puppeteer-core': '25.16.0' },
  async run(place, report) {
    const browser = await useTabs(place)
    const site = join(place.app, 'site')
    cpSync(join(place.app, 'node_modules/gradloom/dist'), join(site, 'dist'), { recursive: true })
    await place.program('train', 'site/train.js', { from: './dist/browser/index.js' })
    place.write('site/index.js', program)
    place.write('site/index.html', html('index.js'))
    for (const [label, headers, expected] of [
      ['isolated', ISOLATION, shared],
      ['not isolated', {}, replica],
    ]) {
      await report.trains(`put away and taken up again, ${label}`, expected, async () => {
        const server = await serveFolder(site, headers)
        try {
          return await cleanVisit(browser, `${server.url}/index.html`, putAway(browser))
        } finally {
          server.close()
        }
      })
    }
  },
}

export const fixtures = [background]
