// Clicks through the browser demo in real Chromium, with and without cross-origin isolation: train,
// pause, resume, stop, draw, save, load; and the page keeps drawing frames while the network trains.

import { readFileSync } from 'node:fs'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { serve } from '../../examples/browser/serve.mjs'
import { launch } from './chromium.ts'

let browser: Browser
let server: { isolated: string; plain: string; close(): void }

beforeAll(async () => {
  server = await serve({ isolatedPort: 0, plainPort: 0 })
  browser = await launch()
})

afterAll(async () => {
  await browser?.close()
  server?.close()
})

const text = (page: Page, id: string) => page.locator(`#${id}`).textContent()

const statusMatches = (page: Page, pattern: RegExp, timeout = 60_000) =>
  page.waitForFunction(
    (source) => new RegExp(source).test(document.getElementById('status')?.textContent ?? ''),
    pattern.source,
    { timeout },
  )

const open = async (url: string) => {
  const page = await browser.newPage()
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(String(error)))
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text())
  })
  await page.goto(url)
  await statusMatches(page, /digits are ready/)
  return { page, errors }
}

const draw = async (page: Page) => {
  const box = await page.locator('#canvas').boundingBox()
  if (!box) throw new Error('no canvas')
  await page.mouse.move(box.x + 140, box.y + 40)
  await page.mouse.down()
  await page.mouse.move(box.x + 140, box.y + 240, { steps: 12 })
  await page.mouse.up()
}

const longestFrameGap = (page: Page, ms: number) =>
  page.evaluate(
    (ms) =>
      new Promise<number>((resolve) => {
        const start = performance.now()
        let [last, longest] = [start, 0]
        const tick = () => {
          const now = performance.now()
          longest = Math.max(longest, now - last)
          last = now
          if (now - start < ms) setTimeout(tick, 0)
          else resolve(longest)
        }
        tick()
      }),
    ms,
  )

describe.each([
  { kind: 'isolated', mode: 'shared' },
  { kind: 'plain', mode: 'replica' },
] as const)('the $kind page', ({ kind, mode }) => {
  it(`trains in ${mode} mode, with every button`, async () => {
    const { page, errors } = await open(server[kind])
    expect(await text(page, 'mode')).toContain(`mode: ${mode}`)

    await page.click('#train')
    await statusMatches(page, /epoch 1 of/)
    const frames = Number(await text(page, 'frames'))
    await longestFrameGap(page, 300)
    expect(Number(await text(page, 'frames'))).toBeGreaterThan(frames)

    await page.click('#pause')
    await statusMatches(page, /paused/)
    await page.waitForTimeout(200)
    const paused = await text(page, 'status')
    await page.waitForTimeout(500)
    expect(await text(page, 'status')).toBe(paused)
    await page.click('#pause')
    await statusMatches(page, /epoch [2-8] of/)
    await page.click('#stop')
    await statusMatches(page, /stopped/)

    await draw(page)
    await page.waitForFunction(() =>
      /I think/.test(document.getElementById('guess')?.textContent ?? ''),
    )
    expect(await text(page, 'guess')).toBe('a 1, I think')

    const [download] = await Promise.all([page.waitForEvent('download'), page.click('#save')])
    const file = await download.path()
    expect(readFileSync(file).length).toBeGreaterThan(400_000)
    await page.setInputFiles('#load', {
      name: 'digits.safetensors',
      mimeType: 'application/octet-stream',
      buffer: readFileSync(file),
    })
    await statusMatches(page, /loaded/)
    await page.click('#clear')
    await draw(page)
    await page.waitForFunction(() =>
      /a 1, I think/.test(document.getElementById('guess')?.textContent ?? ''),
    )

    expect(errors).toEqual([])
    await page.close()
  }, 180_000)
})
