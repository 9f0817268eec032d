// The table of faults in real Chromium: scripts and workers that a content security policy, a missing header
// or a missing file keeps from starting. After every row the page trains to the same bits, here or elsewhere.

import { existsSync } from 'node:fs'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ErrorCode, InitOptions } from '../../ts/index.ts'
import { launch } from './chromium.ts'

type Gradloom = typeof import('../../ts/index.ts')

const root = fileURLToPath(new URL('../..', import.meta.url))
declare const gradloom: Gradloom

interface Answer {
  readonly status?: number
  readonly body?: string
  readonly contentType?: string
  readonly headers?: Record<string, string>
}

interface Row {
  readonly name: string
  /** What `init` or the first training rejects with; `fine`: it trains. */
  readonly code: ErrorCode | 'fine'
  readonly says: readonly string[]
  readonly build: 'browser' | 'assets'
  readonly options?: InitOptions
  /** Headers of the page. */
  readonly headers?: Record<string, string>
  /** Other answers than the file's, by the end of the path. */
  readonly answers?: Record<string, Answer>
  /** The clock goes on by so much while the page waits. */
  readonly fastForwardMs?: number
  /** How it runs in the end, where it does. */
  readonly mode?: string
}

const ISOLATED = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
}
const policy = (text: string) => ({ 'Content-Security-Policy': text })
const SELF = "default-src 'self'; script-src 'self' 'unsafe-inline'"
const WASM = `${SELF} 'wasm-unsafe-eval'`

const rows: Row[] = [
  {
    name: 'a policy without workers from blobs: it goes on in the page',
    code: 'fine',
    says: ['no worker could be started', 'gradloom/assets'],
    build: 'browser',
    headers: policy(WASM),
    mode: 'inline',
  },
  {
    name: 'a policy without workers from blobs, where workers are demanded',
    code: 'worker-start',
    says: ['could not be started'],
    build: 'browser',
    options: { mode: 'replica', threads: 2 },
    headers: policy(WASM),
  },
  {
    name: 'a policy with workers from blobs',
    code: 'fine',
    says: [],
    build: 'browser',
    headers: policy(`${WASM}; worker-src blob:`),
    mode: 'replica',
  },
  {
    name: 'a policy without WebAssembly',
    code: 'unsupported',
    says: ["'wasm-unsafe-eval'"],
    build: 'browser',
    headers: policy(`${SELF}; worker-src blob:`),
  },
  {
    name: 'a policy without WebAssembly, and files',
    code: 'unsupported',
    says: ["'wasm-unsafe-eval'"],
    build: 'assets',
    headers: policy(SELF),
  },
  {
    name: 'a strict policy, and files',
    code: 'fine',
    says: [],
    build: 'assets',
    headers: policy(WASM),
    mode: 'replica',
  },
  {
    name: 'shared memory is demanded without the headers for it',
    code: 'unsupported',
    says: ['Cross-Origin-Opener-Policy', 'Cross-Origin-Embedder-Policy'],
    build: 'browser',
    options: { mode: 'shared' },
  },
  {
    name: 'a worker file without its own header, in an isolated page',
    code: 'fine',
    says: ['no worker could be started'],
    build: 'assets',
    headers: ISOLATED,
    mode: 'inline',
  },
  {
    name: 'a worker file with its own header, in an isolated page',
    code: 'fine',
    says: [],
    build: 'assets',
    headers: ISOLATED,
    answers: { 'worker.js': { headers: ISOLATED } },
    mode: 'shared',
  },
  {
    name: 'a worker file that is not there',
    code: 'worker-start',
    says: ['could not be started'],
    build: 'assets',
    options: { mode: 'replica', threads: 2 },
    answers: { 'worker.js': { status: 404 } },
  },
  {
    name: 'a worker file that is a page about an error',
    code: 'worker-start',
    says: [],
    build: 'assets',
    options: { mode: 'replica', threads: 1 },
    answers: { 'worker.js': { body: '<h1>Not here</h1>', contentType: 'text/html' } },
  },
  {
    name: 'a worker file that throws',
    code: 'worker-start',
    says: ['broken'],
    build: 'assets',
    options: { mode: 'replica', threads: 2 },
    answers: { 'worker.js': { body: 'throw new Error("broken")', contentType: 'text/javascript' } },
  },
  {
    name: 'a worker that never answers its handshake',
    code: 'worker-start',
    says: ['did not answer within 30 s'],
    build: 'assets',
    options: { mode: 'replica', threads: 1 },
    answers: { 'worker.js': { body: '', contentType: 'text/javascript' } },
    fastForwardMs: 31_000,
  },
  {
    name: 'a core that is not there',
    code: 'file',
    says: ['simd.wasm', '404'],
    build: 'assets',
    answers: { '.wasm': { status: 404 } },
  },
  {
    name: 'a core that is a page about an error',
    code: 'file',
    says: ['simd.wasm', 'could not be loaded'],
    build: 'assets',
    answers: { '.wasm': { body: '<h1>Not here</h1>', contentType: 'text/html' } },
  },
  {
    name: 'a core that is cut off',
    code: 'file',
    says: ['simd.wasm', 'could not be loaded'],
    build: 'assets',
    answers: { '.wasm': { body: '\0asm\x01\0\0\0\x01', contentType: 'application/wasm' } },
  },
]

const TYPES: Record<string, string> = { '.js': 'text/javascript', '.wasm': 'application/wasm' }

let browser: Browser
const errors: string[] = []

/** A page of the row's own, all of whose files come from the repository. */
const open = async (row: Row): Promise<{ page: Page; close: BrowserContext['close'] }> => {
  const browserContext = await browser.newContext()
  const page = await browserContext.newPage()
  page.on('pageerror', (error) => errors.push(String(error)))
  const script = `import * as all from '/dist/${row.build}/index.js'; globalThis.gradloom = all`
  await browserContext.route('**/*', (route) => {
    const { pathname } = new URL(route.request().url())
    if (pathname === '/') {
      const body = `<!doctype html><script type="module">${script}</script>`
      return route.fulfill({ contentType: 'text/html', body, headers: { ...row.headers } })
    }
    const [, answer] =
      Object.entries(row.answers ?? {}).find(([end]) => pathname.endsWith(end)) ?? []
    const file = join(root, pathname)
    const contentType = answer?.contentType ?? TYPES[extname(file)] ?? 'text/plain'
    const headers = { ...answer?.headers, 'Content-Type': contentType }
    if (answer?.status) return route.fulfill({ status: answer.status })
    if (answer?.body !== undefined) return route.fulfill({ body: answer.body, headers })
    return existsSync(file)
      ? route.fulfill({ path: file, headers })
      : route.fulfill({ status: 404 })
  })
  if (row.fastForwardMs) await page.clock.install()
  await page.goto('http://localhost/')
  await page.waitForFunction(() => 'gradloom' in globalThis)
  return { page, close: () => browserContext.close() }
}

/** Starts, trains, and tells how that went. */
const trained = (page: Page, options: InitOptions) =>
  page.evaluate(async (options) => {
    const { init, info, layers, sequential, tensor } = gradloom
    const warnings: string[] = []
    console.warn = (text: string) => void warnings.push(text)
    try {
      await init(options)
      const model = sequential([layers.dense({ units: 1, inputShape: [2] })])
      model.compile({ optimizer: 'adam', loss: 'mse', seed: 1 })
      const x = tensor([
        [1, 2],
        [3, 4],
        [5, 6],
        [7, 8],
      ])
      await model.fit(x, tensor([[1], [2], [3], [4]]), { epochs: 3, shards: 1, verbose: 0 })
      const bits = (await model.getWeights()).flatMap(({ elements }) => [...elements])
      return { code: 'fine', message: info().reason, mode: info().mode, bits, warnings }
    } catch (error) {
      const { code, message } = error as { code?: string; message: string }
      return { code: code ?? `untyped: ${error}`, message, mode: '', bits: [], warnings }
    }
  }, options)

/** What is left of it, and whether it can be started once more without workers. */
const recovered = (page: Page) =>
  page.evaluate(async () => {
    await gradloom.shutdown()
    return gradloom
      .init({ mode: 'inline' })
      .then(() => 'fine')
      .catch(({ code }) => code as string)
  })

beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser?.close())

describe('faults in Chromium', () => {
  let bits: readonly number[] = []

  beforeAll(async () => {
    const { page, close } = await open({ name: '', code: 'fine', says: [], build: 'browser' })
    bits = (await trained(page, { mode: 'inline' })).bits
    await close()
    expect(bits).toHaveLength(3)
  })

  it.each(rows.map((row) => [`${row.name}: ${row.code}`, row] as const))('%s', async (_, row) => {
    const { page, close } = await open(row)
    const running = trained(page, row.options ?? {})
    if (row.fastForwardMs) {
      await page.waitForTimeout(500)
      await page.clock.fastForward(row.fastForwardMs)
    }
    const { code, message, mode, bits: found } = await running
    expect(code, message).toBe(row.code)
    for (const part of row.says) expect(message).toContain(part)
    if (row.mode) expect([mode, found]).toEqual([row.mode, bits])
    if (row.mode === 'inline') expect(page.workers()).toEqual([])
    const couldStart = !['file', 'unsupported'].includes(row.code) || row.options !== undefined
    if (couldStart) expect(await recovered(page)).toBe('fine')
    await expect.poll(() => page.workers().length, { timeout: 20_000 }).toBe(0)
    await close()
    expect(errors.splice(0)).toEqual([])
  })
})
