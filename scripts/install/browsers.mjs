// Chromium (playwright, puppeteer) and Firefox (puppeteer over WebDriver BiDi), started once, and
// visits: a page is opened, and what it tells of its training is read from its console.

import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium } from 'playwright-core'
import { chromiumPath } from '../setup/chromium.mjs'
import { firefoxPath } from '../setup/firefox.mjs'
import { Failure } from '../shell.mjs'
import { Skip } from '../test/rows.mjs'
import { readOutcome } from './programs.mjs'

const FLAGS = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
  ...['--disable-background-networking', '--disable-component-update'],
]

const running = new Map()

const once = (name, start) => {
  if (!running.has(name)) running.set(name, start())
  return running.get(name)
}

const launchChromium = async () => {
  const executablePath = await chromiumPath()
  if (!executablePath) throw new Failure('Chromium cannot be had: install it.')
  return chromium.launch({ executablePath, args: FLAGS })
}

export const useChromium = () => once('chromium', launchChromium)

/** The puppeteer among the tools of `place`. */
const puppeteerOf = async (place) => {
  const file = join(place.tools, 'puppeteer-core/lib/puppeteer/puppeteer-core.js')
  return (await import(pathToFileURL(file))).default
}

/** The distribution's Firefox. */
export const useFirefox = (place) =>
  once('firefox', async () => {
    const executablePath = await firefoxPath()
    if (!executablePath) throw new Skip('the distribution has no package of Firefox to install')
    const puppeteer = await puppeteerOf(place)
    return puppeteer.launch({ browser: 'firefox', executablePath, headless: true })
  })

/** playwright's Chromium shows all its pages at once; in this one, tabs hide each other. */
export const useTabs = (place) =>
  once('tabs', async () => {
    const ignoreDefaultArgs = [
      '--disable-backgrounding-occluded-windows',
      '--disable-renderer-backgrounding',
      '--disable-background-timer-throttling',
    ]
    const executablePath = await chromiumPath()
    const puppeteer = await puppeteerOf(place)
    return puppeteer.launch({ browser: 'chrome', executablePath, args: FLAGS, ignoreDefaultArgs })
  })

export const closeBrowsers = async () => {
  for (const browser of running.values()) await browser.then((b) => b.close()).catch(() => {})
}

const TIMEOUT_MS = 60_000

/** No page has an icon. */
const harmless = /favicon/

/** Hears what a page reports: `next` resolves to an outcome after the other. */
const listen = (page) => {
  const errors = []
  const arrived = []
  let tell = () => {}
  const hear = (event) => {
    arrived.push(event)
    tell()
  }
  page.on('pageerror', (error) => hear({ failure: `the page threw ${error.message ?? error}` }))
  page.on('console', (message) => {
    const text = message.text()
    try {
      const outcome = readOutcome(text)
      if (outcome) hear({ outcome })
      else if (message.type() === 'error' && !harmless.test(message.location()?.url ?? text))
        errors.push(text)
    } catch (error) {
      hear({ failure: error.message })
    }
  })
  const next = async () => {
    const late = { failure: `the page told of no outcome in ${TIMEOUT_MS / 1000} s` }
    const timer = setTimeout(() => hear(late), TIMEOUT_MS)
    while (arrived.length === 0) {
      await new Promise((resolve) => {
        tell = resolve
      })
    }
    clearTimeout(timer)
    const { outcome, failure } = arrived.shift()
    if (outcome) return { ...outcome, errors }
    throw new Failure([failure, ...errors].join('\n'))
  }
  return next
}

/**
 * Opens `url`; resolves to what the page reports first, or to what `during` makes of the page and
 * of its reports, which `next` gives one after the other.
 */
export const visit = async (browser, url, during = (_, next) => next()) => {
  const page = await browser.newPage()
  try {
    const next = listen(page)
    await page.goto(url)
    return await during(page, next)
  } finally {
    await page.close()
  }
}
