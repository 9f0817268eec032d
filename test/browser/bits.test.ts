// The same bits in real Chromium as everywhere else: the network of `test/bits`, in every mode that a page
// can run, isolated and not.

import { copyFileSync, createReadStream, existsSync, readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launch } from './chromium.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const expected = JSON.parse(readFileSync(join(root, 'test/bits/expected.json'), 'utf8'))
const TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
}
const BUNDLED = 'build/bits'
const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
}

/** Serves the repository; under /isolated/ with the headers that isolate a page. */
const serve = (): Promise<Server> => {
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? '/', 'http://localhost').pathname)
    const [, kind, ...rest] = path.split('/')
    const file = join(root, ...rest)
    const type = TYPES[extname(file)]
    if (!type || path.includes('..') || !existsSync(file)) {
      response.writeHead(404).end()
      return
    }
    response.writeHead(200, { 'Content-Type': type, ...(kind === 'isolated' ? ISOLATION : {}) })
    createReadStream(file).pipe(response)
  })
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(server))
  })
}

/** The page as users' bundlers make it: by the package's name, minified, for older browsers. */
const bundle = async (): Promise<void> => {
  const file = join(root, 'test/bits/page.mjs')
  const contents = readFileSync(file, 'utf8').replace('../../dist/browser/index.js', 'gradloom')
  await build({
    stdin: { contents, resolveDir: join(root, 'test/bits') },
    outfile: join(root, BUNDLED, 'page.mjs'),
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2020',
    conditions: ['module'],
  })
  copyFileSync(join(root, 'test/bits/page.html'), join(root, BUNDLED, 'page.html'))
}

let browser: Browser
let server: Server

beforeAll(async () => {
  await bundle()
  server = await serve()
  browser = await launch()
})

afterAll(async () => {
  await browser?.close()
  server?.closeAllConnections()
  server?.close()
})

interface Trained {
  readonly mode: string
  readonly sha256: string
}

const trainedIn = async (
  kind: string,
  options: object,
  shards: number,
  place = 'test/bits',
  network = 'dense',
): Promise<Trained> => {
  const page = await browser.newPage()
  const { port } = server.address() as AddressInfo
  await page.goto(`http://localhost:${port}/${kind}/${place}/page.html`)
  await page.waitForFunction(() => 'trainedBits' in globalThis)
  const bits = await page.evaluate(
    (given) =>
      (globalThis as unknown as { trainedBits(...given: unknown[]): Promise<Trained> }).trainedBits(
        ...given,
      ),
    [options, shards, network] as const,
  )
  await page.close()
  return bits
}

describe('Chromium trains to the recorded bits', () => {
  it.each([
    ['isolated', 'shared', { threads: 1 }, 1],
    ['isolated', 'shared', { threads: 2 }, 1],
    ['isolated', 'shared', { threads: 2 }, 2],
    ['isolated', 'inline', { mode: 'inline' }, 1],
    ['plain', 'inline', { mode: 'inline' }, 1],
    ['plain', 'replica', { threads: 2 }, 2],
  ] as const)('%s, %s, %o, %i shards', async (kind, mode, options, shards) => {
    const sha256 = expected[`shards: ${shards}`]
    expect(await trainedIn(kind, options, shards)).toMatchObject({ mode, sha256 })
  })

  const networks = [
    ['a convnet with batch norm and dropout', 'convnet'],
    ['an LSTM, a GRU and a simple RNN', 'recurrent'],
    ['an attention block', 'attention'],
  ] as const

  const ways = [
    ['isolated', 'shared', { threads: 2 }, 1],
    ['isolated', 'inline', { mode: 'inline' }, 1],
    ['plain', 'replica', { threads: 2 }, 2],
  ] as const

  it.each(networks.flatMap((one) => ways.map((way) => [...one, ...way] as const)))(
    '%s (%s): %s, %s, %o, %i shards',
    async (_, network, kind, mode, options, shards) => {
      const sha256 = expected[`${network}, shards: ${shards}`]
      const bits = await trainedIn(kind, options, shards, 'test/bits', network)
      expect(bits).toMatchObject({ mode, sha256 })
    },
  )

  it.each([
    ['isolated', 'shared', { threads: 2 }, 1],
    ['plain', 'inline', { mode: 'inline' }, 1],
    ['plain', 'replica', { threads: 2 }, 2],
  ] as const)('bundled: %s, %s, %o, %i shards', async (kind, mode, options, shards) => {
    const sha256 = expected[`shards: ${shards}`]
    expect(await trainedIn(kind, options, shards, BUNDLED)).toMatchObject({ mode, sha256 })
  })
})
