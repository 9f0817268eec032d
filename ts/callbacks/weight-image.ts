// Weights as grey pictures: the largest number white, the smallest black. PNG (W3C, third edition),
// packed by Node's zlib.

import type { Shape } from '../shape.ts'
import { crcBy, joined } from './event-file.ts'

/** Values in rows. */
export interface Picture {
  readonly height: number
  readonly width: number
  readonly values: Float32Array
}

/** Most pictures of one weight, as in Keras. */
const MOST = 3

const picture = (height: number, width: number, at: (y: number, x: number) => number): Picture => ({
  height,
  width,
  values: Float32Array.from({ length: height * width }, (_, i) =>
    at(Math.floor(i / width), i % width),
  ),
})

/**
 * Without axes of 1: a list lies in a row, a matrix so that it is wider than high, [h, w, n] is a
 * picture for each of the first n; other weights have none. After Keras's `_log_weight_as_image`.
 */
export const picturesOf = (values: ArrayLike<number>, shape: Shape): Picture[] => {
  const sizes = shape.filter((size) => size !== 1)
  const value = (i: number): number => values[i] as number
  if (sizes.length > 3) return []
  if (sizes.length < 2) return [picture(1, values.length, (_, x) => value(x))]
  const [height, width, count] = sizes as [number, number, number | undefined]
  if (count) {
    return Array.from({ length: Math.min(MOST, count) }, (_, n) =>
      picture(height, width, (y, x) => value((y * width + x) * count + n)),
    )
  }
  return height > width
    ? [picture(width, height, (y, x) => value(x * width + y))]
    : [picture(height, width, (y, x) => value(y * width + x))]
}

const crc32 = /* @__PURE__ */ crcBy(0xedb88320)

const uint32 = (...numbers: number[]): Uint8Array => {
  const view = new DataView(new ArrayBuffer(4 * numbers.length))
  for (const [i, number] of numbers.entries()) view.setUint32(4 * i, number)
  return new Uint8Array(view.buffer)
}

/** length · name · data · CRC of name and data */
const chunk = (name: string, data: Uint8Array): Uint8Array => {
  const body = joined([new TextEncoder().encode(name), data])
  return joined([uint32(data.length), body, uint32(crc32(body))])
}

/** 8 bits a pixel, grey; each row has the filter 0 before it. */
export const pngOf = (
  { height, width, values }: Picture,
  deflate: (bytes: Uint8Array) => Uint8Array,
): Uint8Array => {
  const low = values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
  const high = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  const scale = 255 / (high - low || 1)
  const rows = new Uint8Array(height * (width + 1))
  for (const [i, value] of values.entries()) {
    rows[i + Math.floor(i / width) + 1] = Math.round((value - low) * scale)
  }
  const head = joined([uint32(width, height), Uint8Array.of(8, 0, 0, 0, 0)])
  const magic = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)
  const parts = [chunk('IHDR', head), chunk('IDAT', deflate(rows)), chunk('IEND', new Uint8Array())]
  return joined([magic, ...parts])
}
