// The programs of the guides for pages, in Chromium: what they import is served beside them.

import { transformSync } from 'esbuild'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { blocks } from '../../docs/check/blocks.ts'
import { serve } from '../../docs/make/serve.mjs'
import { launch } from '../browser/chromium.ts'

let browser: Browser
let site: { url: string; close(): void }

beforeAll(async () => {
  site = await serve({ port: 0, plain: true })
  browser = await launch()
})

afterAll(async () => {
  await browser?.close()
  site?.close()
})

const programOf = (name: string): string => {
  const block = blocks.find((block) => block.name === name)
  if (!block) throw new Error(`there is no block ${name}`)
  const { code } = transformSync(block.code, { loader: block.language })
  return code.replace(/from "gradloom"/, 'from "/gradloom/index.js"')
}

/** Runs `programs` by their paths in a page that starts with `main`; resolves to what is printed last. */
const run = async (programs: Record<string, string>, main: string, last: RegExp) => {
  const page = await browser.newPage()
  const printed: string[] = []
  const failed = new Promise<never>((_, reject) => page.on('pageerror', reject))
  await page.route(/program/, (route) => {
    const { pathname } = new URL(route.request().url())
    const body = programs[pathname]
    if (pathname === '/program.html') {
      const html = `<progress></progress><script type="module" src="${main}"></script>`
      return route.fulfill({ contentType: 'text/html', body: html })
    }
    if (body === undefined) return route.fulfill({ status: 404 })
    return route.fulfill({ contentType: 'text/javascript', body })
  })
  const done = page.waitForEvent('console', {
    predicate: (message) => {
      printed.push(message.text())
      return last.test(message.text())
    },
    timeout: 50_000,
  })
  await page.goto(`${site.url}program.html`)
  await Promise.race([done, failed])
  await page.close()
  return printed
}

it('the quick start for browsers trains', async () => {
  const programs = { '/program.js': programOf('browser-1') }
  const printed = await run(programs, '/program.js', /^99 /)
  const losses = printed
    .filter((line) => /^\d+ /.test(line))
    .map((line) => Number(line.split(' ')[1]))
  expect(losses).toHaveLength(100)
  expect(losses.at(-1)).toBeLessThan(0.5 * (losses[0] as number))
})

const usesBoth = `
import { init, layers, sequential } from '/gradloom/index.js'
import { train } from '/program-train.js'
import { restore, store } from '/program-store.js'
await init({ seed: 1 })
const model = sequential([layers.dense({ units: 1, inputShape: [1] })])
model.compile({ loss: 'mse' })
await train(model, [[1], [2]], [[1], [2]], new AbortController().signal)
await store(model)
console.log('steps', (await restore()).step, document.querySelector('progress').title)
`

it('the others of that guide: progress, and a model that is kept', async () => {
  const programs = {
    '/program.js': usesBoth,
    '/program-train.js': programOf('browser-2'),
    '/program-store.js': programOf('browser-3'),
  }
  const printed = await run(programs, '/program.js', /^steps/)
  expect(printed.at(-1)).toMatch(/^steps 10 loss \d/)
})

it('a worker of one’s own trains and sends the model', async () => {
  const page = programOf('worker-2').replace('./train.worker.ts', './program-worker.js')
  const programs = { '/program.js': page, '/program-worker.js': programOf('worker-1') }
  const printed = await run(programs, '/program.js', /^\d+$/)
  expect(printed.filter((line) => /^\d+ [\d.]+$/.test(line))).toHaveLength(20)
  expect(printed.at(-1)).toBe(String(20 * Math.ceil(100 / 32)))
})
