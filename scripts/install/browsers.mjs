// Chromium (playwright) and Firefox (puppeteer over WebDriver BiDi), started once, and visits: a page
// is opened, and what it tells of its training is read from its console.

import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium } from 'playwright-core'
import { chromiumPath } from '../setup/chromium.mjs'
import { firefoxPath } from '../setup/firefox.mjs'
import { Failure } from '../shell.mjs'
import { readOutcome } from './programs.mjs'
import { Skip } from './rows.mjs'

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

/** Drives the distribution's Firefox with the puppeteer among the tools of `place`. */
export const useFirefox = (place) =>
  once('firefox', async () => {
    const executablePath = await firefoxPath()
    if (!executablePath) throw new Skip('the distribution has no package of Firefox to install')
    const file = join(place.tools, 'puppeteer-core/lib/puppeteer/puppeteer-core.js')
    const { default: puppeteer } = await import(pathToFileURL(file))
    return puppeteer.launch({ browser: 'firefox', executablePath, headless: true })
  })

export const closeBrowsers = async () => {
  for (const browser of running.values()) await browser.then((b) => b.close()).catch(() => {})
}

const TIMEOUT_MS = 60_000

/** No page has an icon. */
const harmless = /favicon/

/** What a page reports; rejects with its errors. */
const reported = (page) => {
  const errors = []
  return new Promise((resolve, reject) => {
    const fail = (what) => reject(new Failure([what, ...errors].join('\n')))
    const timer = setTimeout(() => fail('the page told of no outcome in 60 s'), TIMEOUT_MS)
    page.on('pageerror', (error) => fail(`the page threw ${error.message ?? error}`))
    page.on('console', (message) => {
      const text = message.text()
      try {
        const outcome = readOutcome(text)
        if (outcome) resolve({ ...outcome, errors })
        else if (message.type() === 'error' && !harmless.test(message.location()?.url ?? text))
          errors.push(text)
      } catch (error) {
        fail(error.message)
      }
      if (outcomeSeen(text)) clearTimeout(timer)
    })
  })
}

const outcomeSeen = (text) => /^(NOT )?TRAINED /.test(text)

/** Opens `url`; `during` may do things to the page before it has reported. */
export const visit = async (browser, url, during = async () => {}) => {
  const page = await browser.newPage()
  try {
    const outcome = reported(page)
    outcome.catch(() => {})
    await page.goto(url)
    await during(page)
    return await outcome
  } finally {
    await page.close()
  }
}
