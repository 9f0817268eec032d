// The search of the site in Chromium, under the policy of its pages: guides and API are found, also by parts
// of names and with a slip, and the keyboard leads there.

import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { serve } from '../../docs/make/serve.mjs'
import { launch } from '../browser/chromium.ts'

let browser: Browser
let site: { url: string; close(): void }
let page: Page
let errors: string[]

beforeAll(async () => {
  site = await serve({ port: 0 })
  browser = await launch()
})

afterAll(async () => {
  await browser?.close()
  site?.close()
})

beforeEach(async () => {
  await page?.close()
  page = await browser.newPage({ viewport: { width: 390, height: 844 } })
  errors = []
  page.on('pageerror', (error) => errors.push(String(error)))
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) errors.push(message.text())
  })
  await page.goto(`${site.url}index.html`)
})

/** What is found for `words`: title and place of each. */
const find = async (words: string): Promise<string[]> => {
  await page.fill('#search', words)
  await page.locator('#found:not([hidden]) li').first().waitFor()
  return page.locator('#found li').allInnerTexts()
}

const address = () => page.url().slice(site.url.length)

it.each([
  ['isolation headers nginx', /^nginx\s+Headers and hosts/],
  ['batch norm', /^layers\.batchNormalization\s+API: variable/],
  ['fit', /^Model\.fit\s+API: interface Model/],
  ['csp', /^Content security policy/],
  ['dropuot', /^layers\.dropout\s+API/],
  ['validationSplit', /^\w*FitOptions\.validationSplit\s+API: interface/],
  ['unknown-name', /^unknown-name\s+Errors/],
])('%s', async (words, expected) => {
  const found = await find(words)
  expect(found.slice(0, 4)).toEqual(expect.arrayContaining([expect.stringMatching(expected)]))
  expect(found.length).toBeLessThanOrEqual(12)
  const width = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  expect(width).toBeLessThanOrEqual(0)
  expect(errors).toEqual([])
})

it('the keyboard leads to the section', async () => {
  await page.keyboard.press('/')
  await page.keyboard.type('github pages')
  await page.locator('#found [aria-selected=true]').waitFor()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('Enter')
  await page.waitForURL(/hosting/)
  expect(address()).toBe('hosting.html#github-pages')
  expect(errors).toEqual([])
})

it('a click leads to the reference, Escape puts the list away', async () => {
  await find('leakyRelu')
  await page.keyboard.press('Escape')
  expect(await page.locator('#found').isVisible()).toBe(false)
  await page.locator('#search').focus()
  await page.locator('#found a', { hasText: 'layers.leakyRelu' }).first().click()
  await page.waitForURL(/leakyRelu/)
  expect(address()).toBe('api/variables/layers.leakyRelu.html')
  expect(await page.locator('h1').innerText()).toContain('leakyRelu')
  expect(errors).toEqual([])
})

it('says when nothing is found', async () => {
  expect(await find('zzzqqq')).toEqual(['Nothing is called ‘zzzqqq’ here.'])
})

it('every address of the index is one of the site', async () => {
  const text = await (await fetch(`${site.url}search.json`)).text()
  const ids: string[] = Object.values(JSON.parse(text).documentIds)
  expect(ids.length).toBeGreaterThan(1500)
  const pages = [...new Set(ids.map((id) => id.split('#')[0]))]
  const read = await Promise.all(
    pages.map(async (path) => {
      const response = await fetch(site.url + path)
      return [path, response.ok ? await response.text() : ''] as const
    }),
  )
  const html = new Map(read)
  const lost = ids.filter((id) => {
    const [path = '', anchor] = id.split('#')
    return !html.get(path) || (anchor && !html.get(path)?.includes(`id="${anchor}"`))
  })
  expect(lost).toEqual([])
})
