// Images and CSV in real Chromium: files, canvases and bitmaps become the same numbers as in Node.

import { existsSync } from 'node:fs'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launch } from './chromium.ts'

type Gradloom = typeof import('../../ts/index.ts')

const root = fileURLToPath(new URL('../..', import.meta.url))
/** `gradloom` is a global there: what runs in the page cannot import (vitest rewrites it). */
const PAGE = `<script type="module">
  globalThis.gradloom = await import('/dist/browser/index.js')
</script>`
declare const gradloom: Gradloom

let browser: Browser
let page: Page

/** Everything is answered from the repository, without a server. */
beforeAll(async () => {
  browser = await launch()
  page = await browser.newPage()
  await page.route('**/*', (route) => {
    const { pathname } = new URL(route.request().url())
    const file = join(root, pathname)
    if (pathname === '/') return route.fulfill({ contentType: 'text/html', body: PAGE })
    if (pathname === '/rows.csv') return route.fulfill({ body: 'a,b\n1,2\n3,4\n' })
    const isScript = extname(file) === '.js' && existsSync(file)
    if (!isScript) return route.fulfill({ status: 404 })
    return route.fulfill({ path: file, contentType: 'text/javascript' })
  })
  await page.goto('http://localhost/')
  await page.waitForFunction(() => 'gradloom' in globalThis)
})

afterAll(() => browser?.close())

describe('in a page', () => {
  it('images are read from files and from what can be drawn', async () => {
    const found = await page.evaluate(async () => {
      const { loadImage } = gradloom
      const canvas = new OffscreenCanvas(3, 2)
      const drawing = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D
      drawing.fillStyle = 'rgb(10, 20, 30)'
      drawing.fillRect(0, 0, 3, 2)
      drawing.fillStyle = 'rgb(200, 100, 50)'
      drawing.fillRect(1, 0, 1, 1)
      const png = new File([await canvas.convertToBlob()], 'a.png')
      const element = new Image()
      element.src = URL.createObjectURL(png)
      await element.decode()
      const sources = [
        png,
        element.src,
        canvas,
        element,
        await createImageBitmap(png),
        drawing.getImageData(0, 0, 3, 2),
      ]
      const read = async (source: Parameters<typeof loadImage>[0]) => {
        const { shape, elements } = await loadImage(source)
        return [shape, ...elements].join()
      }
      return Promise.all(sources.map(read))
    })
    const row = '10,20,30,'
    const image = `2,3,3,${row}200,100,50,${row}${row}${row}10,20,30`
    expect(found).toEqual(Array(6).fill(image))
  })

  it('a broken image, and what is none, are refused', async () => {
    const found = await page.evaluate(async () => {
      const { loadImage } = gradloom
      const refused = (error: { code?: string; message: string }) => [error.code, error.message]
      const sources = [new File(['oops'], 'cat.png'), {} as never]
      return Promise.all(sources.map((source) => loadImage(source).catch(refused)))
    })
    expect(found).toEqual([
      ['file-format', expect.stringContaining('cat.png: no image')],
      ['argument', expect.stringContaining('a file, pixels')],
    ])
  })

  it('folders of images and CSV come as files and from URLs', async () => {
    const found = await page.evaluate(async () => {
      const { csvDataset, imageDatasetFromDirectory } = gradloom
      const file = async (name: string, color: string) => {
        const canvas = new OffscreenCanvas(2, 2)
        const drawing = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D
        drawing.fillStyle = color
        drawing.fillRect(0, 0, 2, 2)
        const made = new File([await canvas.convertToBlob()], name)
        return Object.defineProperty(made, 'webkitRelativePath', { value: `pets/${name}` })
      }
      const files = [await file('dogs/1.png', '#010101'), await file('cats/1.png', '#020202')]
      const options = { imageSize: [1, 1], colorMode: 'grayscale', shuffle: false } as const
      const images = await imageDatasetFromDirectory(files, options)
      const [batch] = await images.toArray()
      const rows = async (source: string | Blob) =>
        (await csvDataset(source, { label: 'b' }).toArray()).map(({ x, y }) => `${x},${y}`)
      const none = await imageDatasetFromDirectory('/photos').catch(({ code }) => code)
      return {
        names: images.classNames,
        x: [...(batch?.x.elements ?? [])],
        y: [...(batch?.y?.elements ?? [])],
        url: await rows('/rows.csv'),
        blob: await rows(new Blob(['a,b\n5,6'])),
        none,
      }
    })
    expect(found).toEqual({
      names: ['cats', 'dogs'],
      x: [2, 1],
      y: [0, 1],
      url: ['1,2', '3,4'],
      blob: ['5,6'],
      none: 'unsupported',
    })
  })
})
