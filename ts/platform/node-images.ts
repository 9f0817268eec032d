// PNG and JPEG in Node, by decoders in JavaScript (fast-png, jpeg-js): only the Node build has
// them, and loads them with the first image.

import type { DecodedPng } from 'fast-png'
import type { Drawable, Pixels } from './pixels.ts'

const startsWith = (bytes: Uint8Array, start: readonly number[]): boolean =>
  start.every((byte, i) => bytes[i] === byte)

/** Throws where the bytes are no such image, or a broken one. */
export const decodeImage = async (bytes: Uint8Array): Promise<Pixels> => {
  if (startsWith(bytes, [0x89, 0x50, 0x4e, 0x47])) {
    const { convertIndexedToRgb, decode } = await import('fast-png')
    const png = decode(bytes, { checkCrc: true })
    return fromPng(png, png.palette ? convertIndexedToRgb(png) : bytesOf(png))
  }
  if (startsWith(bytes, [0xff, 0xd8])) {
    const { decode } = (await import('jpeg-js')).default
    return decode(bytes, { useTArray: true, tolerantDecoding: false })
  }
  throw new Error('neither PNG nor JPEG')
}

/** Never called: files and pixels are all that Node is given. */
export const readPixels = (image: Drawable): Pixels => {
  throw new Error(`there is no canvas in Node to draw ${image} on`)
}

const fromPng = (png: DecodedPng, values: ArrayLike<number>): Pixels => {
  const { width, height, palette } = png
  const channels = palette ? (palette[0] as number[]).length : png.channels
  const data = new Uint8Array(width * height * 4)
  const isGray = channels < 3
  const hasAlpha = channels % 2 === 0
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) data[4 * i + c] = values[i * channels + (isGray ? 0 : c)] as number
    data[4 * i + 3] = hasAlpha ? (values[(i + 1) * channels - 1] as number) : 255
  }
  return { width, height, data }
}

/** Samples of 1 to 16 bits as 0 to 255. Those below 8 bits are packed, row by row. */
const bytesOf = ({ width, height, channels, depth, data }: DecodedPng): ArrayLike<number> => {
  if (depth === 8) return data
  if (depth === 16) return Uint8Array.from(data, (v) => v >> 8)
  const row = Math.ceil((width * channels * depth) / 8)
  const most = 2 ** depth - 1
  return Uint8Array.from({ length: width * height * channels }, (_, i) => {
    const bit = (i % (width * channels)) * depth
    const byte = data[Math.floor(i / (width * channels)) * row + (bit >> 3)] as number
    return (((byte >> (8 - depth - (bit & 7))) & most) * 255) / most
  })
}
