// The built site in real Chromium: no page complains in the console, none is wider than a phone, and
// every example of the gallery trains.

import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { examples } from '../../docs/gallery/examples.mjs'
import { serve } from '../../docs/make/serve.mjs'
import { launch } from '../browser/chromium.ts'

const site = fileURLToPath(new URL('../../build/docs', import.meta.url))
const files = readdirSync(site, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.html'))
  .sort()
const guides = files.filter((file) => !file.includes('/'))
/** Pages of the API reference are alike: some of each kind, all of them with GRADLOOM_DOCS_ALL=1. */
const each = process.env.GRADLOOM_DOCS_ALL ? 1 : 20
const visited = files.filter((file) => file.includes('/')).filter((_, i) => i % each === 0)

let browser: Browser
let isolated: { url: string; close(): void }
let plain: { url: string; close(): void }

beforeAll(async () => {
  isolated = await serve({ port: 0 })
  plain = await serve({ port: 0, plain: true })
  browser = await launch()
})

afterAll(async () => {
  await browser?.close()
  isolated?.close()
  plain?.close()
})

/** A page, and what it complained about. */
const open = async (options: object = {}) => {
  const page = await browser.newPage(options)
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(`${page.url()}: ${error}`))
  page.on('console', (message) => {
    const isBad = ['error', 'warning'].includes(message.type())
    if (isBad) errors.push(`${page.url()}: ${message.text()}`)
  })
  return { page, errors }
}

const phone = { viewport: { width: 390, height: 844 } }
const overflow = () => document.documentElement.scrollWidth - innerWidth

describe('pages', () => {
  it.each(guides)('%s: no complaint, and no wider than a phone', async (file) => {
    const { page, errors } = await open(phone)
    await page.goto(isolated.url + file)
    expect(await page.evaluate(overflow)).toBeLessThanOrEqual(0)
    await page.click('#theme')
    await page.click('.guides summary')
    expect(await page.locator('.guides li a').first().isVisible()).toBe(true)
    expect(errors).toEqual([])
    await page.close()
  })

  it('the API reference: no complaint', { timeout: 600_000 }, async () => {
    const { page, errors } = await open()
    for (const file of visited) await page.goto(isolated.url + file)
    expect(visited.length).toBeGreaterThan(40)
    expect(errors).toEqual([])
    await page.close()
  })
})

const example = (page: Page, name: string) => page.locator(`[data-example="${name}"]`)

const endOf = async (page: Page, name: string, state: RegExp, timeout: number) => {
  const section = example(page, name)
  await section.locator('.run').click()
  await page.waitForFunction(
    ([name, source]) => {
      const { state } =
        document.querySelector<HTMLElement>(`[data-example="${name}"]`)?.dataset ?? {}
      return state !== undefined && new RegExp(source as string).test(state)
    },
    [name, state.source],
    { timeout },
  )
  const { first, last } = await section
    .locator('.chart')
    .evaluate((canvas) => ({ ...(canvas as HTMLElement).dataset }))
  const output = (await section.locator('.output').textContent()) ?? ''
  const status = (await section.locator('[role=status]').textContent()) ?? ''
  return { first: Number(first), last: Number(last), output, status }
}

describe('the gallery', () => {
  it.each(examples)('$name trains', { timeout: 400_000 }, async ({ name, value }) => {
    const { page, errors } = await open()
    await page.goto(`${isolated.url}gallery.html`)
    const { first, last, output, status } = await endOf(page, name, /done|failed/, 380_000)
    console.log(`${name}: ${first} → ${last}, ${status}`)
    expect(output.trim().split('\n').at(-1)).not.toMatch(/^Error|is (under|over)/)
    expect(status).toMatch(/^done/)
    if (value?.[0] === 'steps') expect(last).toBeGreaterThan(2 * first)
    else expect(last).toBeLessThan(0.9 * first)
    expect(errors).toEqual([])
    await page.close()
  })

  it('guesses what is drawn', { timeout: 120_000 }, async () => {
    const { page, errors } = await open()
    await page.goto(`${isolated.url}gallery.html`)
    await endOf(page, 'digits', /done|failed/, 100_000)
    const pad = example(page, 'digits').locator('.pad')
    await pad.scrollIntoViewIfNeeded()
    const box = await pad.locator('canvas').boundingBox()
    if (!box) throw new Error('there is no pad')
    await page.mouse.move(box.x + 120, box.y + 30)
    await page.mouse.down()
    await page.mouse.move(box.x + 120, box.y + 210, { steps: 12 })
    await page.mouse.up()
    await pad.locator('output', { hasText: 'a 1, I think' }).waitFor({ timeout: 10_000 })
    await pad.locator('button').click()
    expect(await pad.locator('output').textContent()).toBe('')
    expect(errors).toEqual([])
    await page.close()
  })

  it('trains in a page that is not isolated, and stops', { timeout: 120_000 }, async () => {
    const { page, errors } = await open()
    await page.goto(`${plain.url}gallery.html`)
    const section = example(page, 'digits')
    await section.locator('.run').click()
    await page.waitForFunction(() =>
      /mode replica/.test(
        document.querySelector('[data-example=digits] [role=status]')?.textContent ?? '',
      ),
    )
    await page.waitForFunction(() => {
      const { first, last } =
        document.querySelector<HTMLElement>('[data-example=digits] .chart')?.dataset ?? {}
      return Number(last) < Number(first)
    })
    await section.locator('.stop').click()
    expect(await section.locator('[role=status]').textContent()).toMatch(/^stopped after/)
    const text = await section.locator('.output').textContent()
    await page.waitForTimeout(500)
    expect(await section.locator('.output').textContent()).toBe(text)
    const again = await endOf(page, 'digits', /done|failed/, 60_000)
    expect(again.status).toMatch(/^done/)
    expect(errors).toEqual([])
    await page.close()
  })
})
