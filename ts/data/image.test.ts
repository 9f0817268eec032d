// Images: decoding in Node, colours, resizing against Keras, folders, and broken files.

import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { encode } from 'fast-png'
import jpeg from 'jpeg-js'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Tensor } from '../tensor.ts'
import { refusal } from '../testing/refusal.ts'
import { loadImage } from './image.ts'
import { imageDatasetFromDirectory } from './image-directory.ts'

type Png = Parameters<typeof encode>[0]
const png = (image: Png) => encode(image) as Uint8Array<ArrayBuffer>
const values = (x: Tensor) => [...x.elements]

/** 2 × 1: one pixel of red, one of half-clear blue. */
const colors = { width: 2, height: 1, data: Uint8Array.of(255, 0, 0, 255, 0, 0, 200, 128) }

describe('loadImage', () => {
  it.each<[string, Png, number[]]>([
    ['rgba', { ...colors, channels: 4 }, [255, 0, 0, 0, 0, 200]],
    ['rgb', { width: 1, height: 1, channels: 3, data: Uint8Array.of(1, 2, 3) }, [1, 2, 3]],
    ['gray', { width: 1, height: 1, channels: 1, data: Uint8Array.of(7) }, [7, 7, 7]],
    ['gray and alpha', { width: 1, height: 1, channels: 2, data: Uint8Array.of(7, 9) }, [7, 7, 7]],
    [
      '16 bits',
      { width: 1, height: 1, channels: 3, depth: 16, data: Uint16Array.of(65535, 256, 511) },
      [255, 1, 1],
    ],
  ])('reads PNG: %s', async (_, image, wanted) => {
    expect(values(await loadImage(png(image)))).toEqual(wanted)
  })

  it('reads PNG of few bits and of palettes (written by Pillow)', async () => {
    const bytes = (text: string) => Uint8Array.from(Buffer.from(text, 'base64'))
    expect(values(await loadImage(bytes(ONE_BIT), { colorMode: 'grayscale' }))).toEqual([
      255, 0, 255, 0, 255, 0,
    ])
    expect(values(await loadImage(bytes(PALETTE)))).toEqual([255, 0, 0, 0, 255, 0, 0, 0, 255])
  })

  it('reads JPEG', async () => {
    const data = new Uint8Array(8 * 8 * 4).fill(100)
    const { data: file } = jpeg.encode({ width: 8, height: 8, data }, 95)
    const image = await loadImage(new Uint8Array(file))
    expect(image.shape).toEqual([8, 8, 3])
    for (const v of image.elements) expect(Math.abs(v - 100)).toBeLessThan(3)
  })

  it('gives the channels asked for, from pixels too', async () => {
    expect(values(await loadImage(colors, { colorMode: 'rgba' }))).toEqual([...colors.data])
    // Pillow: Image.convert('L')
    expect(values(await loadImage(colors, { colorMode: 'grayscale' }))).toEqual([76, 23])
  })

  it('resizes as Keras does', async () => {
    const gray = { width: 3, height: 2, data: new Uint8Array(24) }
    for (const [i, v] of [10, 20, 60, 40, 0, 200].entries()) gray.data.fill(v, 4 * i, 4 * i + 4)
    for (const [interpolation, size, wanted] of RESIZED) {
      const options = { colorMode: 'grayscale', interpolation, targetSize: size } as const
      const image = await loadImage(gray, options)
      expect(image.shape).toEqual([...size, 1])
      for (const [i, v] of image.elements.entries()) expect(v).toBeCloseTo(wanted[i] as number, 3)
    }
  })

  it('names the file that is broken', async () => {
    const good = png({ ...colors, channels: 4 })
    const flipped = good.slice()
    flipped[45] = (flipped[45] as number) ^ 0xff
    const checksum = good.slice()
    checksum[good.length - 14] = (good[good.length - 14] as number) ^ 1
    const broken = [
      flipped,
      checksum,
      good.slice(0, 40),
      Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 1, 2),
      new TextEncoder().encode('<html>'),
      new Uint8Array(0),
    ]
    for (const bytes of broken) {
      const file = new File([bytes], 'cat.png')
      await expect(loadImage(file)).rejects.toThrow(refusal('file-format', 'cat.png', 'no image'))
      await expect(loadImage(file)).rejects.toMatchObject({ cause: expect.any(Error) })
    }
    await expect(loadImage('/nowhere/cat.png')).rejects.toThrow(refusal('file', '/nowhere/cat.png'))
  })

  it.each<[string, object, string[]]>([
    ['a mode', { colorMode: 'bgr' }, ['colorMode', "'bgr'"]],
    ['an interpolation', { interpolation: 'cubic' }, ['interpolation', "'cubic'"]],
    ['a size', { targetSize: [0, 5] }, ['targetSize', '0']],
  ])('refuses %s', async (_, options, parts) => {
    await expect(loadImage(colors, options)).rejects.toThrow(refusal('argument', ...parts))
  })

  it('refuses what is no image', async () => {
    for (const odd of [null, 7, {}]) {
      await expect(loadImage(odd as never)).rejects.toThrow(refusal('argument', 'a file, pixels'))
    }
  })
})

describe('imageDatasetFromDirectory', () => {
  let folder = ''
  const shade = (v: number) => png({ width: 1, height: 1, channels: 1, data: Uint8Array.of(v) })
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gradloom-'))
    for (const [c, name] of ['cats', 'dogs', 'owls'].entries()) {
      await mkdir(join(folder, name, 'more'), { recursive: true })
      for (let i = 0; i < 4; i++) await writeFile(join(folder, name, `${i}.png`), shade(10 * c + i))
      await writeFile(join(folder, name, 'more', '9.PNG'), shade(10 * c + 9))
    }
    await writeFile(join(folder, 'notes.txt'), 'not an image')
    await writeFile(join(folder, 'loose.png'), shade(99))
  })
  const small = { imageSize: [1, 1], colorMode: 'grayscale', shuffle: false } as const

  it('reads a folder, class by class', async () => {
    const made = await imageDatasetFromDirectory(folder, { ...small, batchSize: 8 })
    expect([made.classNames, made.size]).toEqual([['cats', 'dogs', 'owls'], 2])
    const [first, second] = await made.toArray()
    expect([first?.x.shape, first?.y?.dtype]).toEqual([[8, 1, 1, 1], 'int32'])
    expect(values(first?.x as Tensor)).toEqual([0, 1, 2, 3, 9, 10, 11, 12])
    expect(values(second?.y as Tensor)).toEqual([1, 1, 2, 2, 2, 2, 2])
    const url = await imageDatasetFromDirectory(pathToFileURL(folder), small)
    expect(url.size).toBe(1)
  })

  it('takes classes, forms of labels, and no labels', async () => {
    const two = { ...small, classNames: ['owls', 'cats'], batchSize: null } as const
    const rows = async (labelMode: 'int' | 'categorical' | 'binary') => {
      const made = await imageDatasetFromDirectory(folder, { ...two, labelMode })
      const [{ x, y }] = (await made.take(1).toArray()) as [{ x: Tensor; y: Tensor }]
      return [values(x), y.dtype, y.shape, values(y)]
    }
    expect(await rows('int')).toEqual([[0], 'int32', [], [1]])
    expect(await rows('categorical')).toEqual([[0], 'float32', [2], [0, 1]])
    expect(await rows('binary')).toEqual([[0], 'float32', [1], [1]])
    const plain = await imageDatasetFromDirectory(folder, { ...small, labels: null })
    const [batch] = await plain.toArray()
    expect([batch?.x.shape[0], batch?.y]).toEqual([16, undefined])
  })

  it('splits by the seed, without overlap', async () => {
    const shades = async (subset: 'training' | 'validation', seed: number) => {
      const options = { ...small, shuffle: true, batchSize: 99, validationSplit: 0.4, subset, seed }
      const [batch] = await (await imageDatasetFromDirectory(folder, options)).toArray()
      return values(batch?.x as Tensor)
    }
    const [train, test] = [await shades('training', 1), await shades('validation', 1)]
    expect([train.length, test.length]).toEqual([9, 6])
    expect(new Set([...train, ...test]).size).toBe(15)
    expect(await shades('training', 1)).toEqual(train)
    expect(await shades('training', 2)).not.toEqual(train)
  })

  it('takes the files that a browser gives', async () => {
    const file = (path: string, v: number) =>
      Object.defineProperty(new File([shade(v)], path), 'webkitRelativePath', { value: path })
    const files = [file('pets/dogs/1.png', 5), file('pets/cats/2.png', 6)]
    const made = await imageDatasetFromDirectory(files, small)
    const [batch] = await made.toArray()
    expect([made.classNames, values(batch?.x as Tensor)]).toEqual([
      ['cats', 'dogs'],
      [6, 5],
    ])
  })

  it('names the broken file, after the images before it', async () => {
    const files = [
      new File([shade(1)], 'a/1.png'),
      new File(['oops'], 'a/2.png'),
      new File([shade(3)], 'a/3.png'),
    ]
    const made = await imageDatasetFromDirectory(files, { ...small, batchSize: null })
    const pass = made.read()
    expect(values((await pass.next()).value?.x as Tensor)).toEqual([1])
    await expect(pass.next()).rejects.toThrow(refusal('file-format', 'a/2.png'))
  })

  it.each<[string, object, Parameters<typeof refusal>]>([
    ['an unknown class', { classNames: ['mice'] }, ['argument', "'mice'", 'cats, dogs, owls']],
    ['three classes as 0 and 1', { labelMode: 'binary' }, ['argument', 'labelMode', '3 classes']],
    ['a split without a part', { validationSplit: 0.5 }, ['argument', 'subset']],
    ['a split', { validationSplit: 1, subset: 'training' }, ['argument', 'validationSplit', '1']],
  ])('refuses %s', async (_, options, expected) => {
    await expect(imageDatasetFromDirectory(folder, options)).rejects.toThrow(refusal(...expected))
  })

  it('refuses folders that are not there or hold no images', async () => {
    const missing = imageDatasetFromDirectory('/nowhere')
    await expect(missing).rejects.toThrow(refusal('file', '/nowhere', 'ENOENT'))
    const none = refusal('empty-data', 'no images')
    await expect(imageDatasetFromDirectory([])).rejects.toThrow(none)
    const flat = imageDatasetFromDirectory([new File([shade(1)], '1.png')])
    await expect(flat).rejects.toThrow(none)
  })
})
const ONE_BIT =
  'iVBORw0KGgoAAAANSUhEUgAAAAMAAAACAQAAAAC1D1u3AAAADElEQVR4nGNYwOAAAAIkAOFz6zvyAAAAAElFTkSuQmCC'
const PALETTE =
  'iVBORw0KGgoAAAANSUhEUgAAAAMAAAABAgMAAABmjvwnAAAACVBMVEUA/wD/AAAAAP9s7qtnAAAACklEQVR4nGPwAAAASgBJoenHlwAAAABJRU5ErkJggg=='

/** Keras 3.15.1 on JAX: keras.ops.image.resize(antialias=False) */
const RESIZED = [
  [
    'nearest',
    [4, 5],
    [
      10.0, 10.0, 20.0, 60.0, 60.0, 10.0, 10.0, 20.0, 60.0, 60.0, 40.0, 40.0, 0.0, 200.0, 200.0,
      40.0, 40.0, 0.0, 200.0, 200.0,
    ],
  ],
  ['nearest', [1, 2], [40.0, 200.0]],
  ['nearest', [3, 3], [10.0, 20.0, 60.0, 40.0, 0.0, 200.0, 40.0, 0.0, 200.0]],
  [
    'bilinear',
    [4, 5],
    [
      10.0, 14.0, 20.0, 44.0, 60.0, 17.5, 16.5, 15.0, 63.0, 95.0, 32.5, 21.5, 5.0, 101.0, 165.0,
      40.0, 24.0, 0.0, 120.0, 200.0,
    ],
  ],
  ['bilinear', [1, 2], [21.25, 100.0]],
  ['bilinear', [3, 3], [10.0, 20.0, 60.0, 25.0, 10.0, 130.0, 40.0, 0.0, 200.0]],
  [
    'bicubic',
    [4, 5],
    [
      6.2653, 11.2489, 21.7647, 39.2142, 49.6005, 16.2412, 12.814, 15.8571, 63.3294, 94.5202,
      36.0229, 15.9174, 4.1429, 111.1482, 183.593, 45.9989, 17.4824, -1.7647, 135.2634, 228.5128,
    ],
  ],
  ['bicubic', [1, 2], [19.5255, 106.8978]],
  ['bicubic', [3, 3], [8.0263, 21.3158, 50.7895, 25.0, 10.0, 130.0, 41.9737, -1.3158, 209.2105]],
] as const
