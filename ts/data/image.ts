// One image as a tensor: from a file, or from what a browser draws. Values go from 0 to 255, as
// Keras's `load_img` and `img_to_array` have them; the `rescaling` layer makes them small.

import { badArgument, positiveWhole } from '../checks.ts'
import { GradloomError } from '../errors.ts'
import { type FileSource, readBytes } from '../io/files.ts'
import { reasonOf } from '../io/reasons.ts'
import { decodeImage, readPixels } from '../platform/images.ts'
import type { Drawable, Pixels } from '../platform/pixels.ts'
import {
  INTERPOLATIONS,
  type Interpolation,
  resample,
  tapsOf,
} from '../preprocessing/interpolation.ts'
import { Tensor } from '../tensor.ts'

/** A file (path in Node, URL, `File`, bytes), pixels, or what a canvas can draw (browsers). */
export type ImageSource = FileSource | Pixels | Drawable

export interface ImageOptions {
  /** Channels: 3, 4 or 1. Default 'rgb'; transparency is dropped. */
  colorMode?: 'rgb' | 'rgba' | 'grayscale'
  /** [height, width] to resize to. Default: as it is. */
  targetSize?: readonly [number, number] | null
  /** Default 'bilinear'. */
  interpolation?: Interpolation
}

/** image → [height, width, channels], 0 to 255 */
export const loadImage = async (
  source: ImageSource,
  options: ImageOptions = {},
): Promise<Tensor<'float32'>> => imageTensor(await pixelsOf(source), options)

const isFile = (source: ImageSource): source is FileSource =>
  typeof source === 'string' ||
  source instanceof URL ||
  source instanceof Blob ||
  source instanceof ArrayBuffer ||
  source instanceof Uint8Array

const pixelsOf = async (source: ImageSource): Promise<Pixels> => {
  if (!isFile(source)) {
    if (typeof source !== 'object' || source === null)
      throw badArgument(SELF, 'the image', source, FORMS)
    if ('data' in source) return source
    try {
      return readPixels(source)
    } catch (cause) {
      throw new GradloomError('argument', `${SELF}: the image must be ${FORMS}`, { cause })
    }
  }
  const { bytes, name } = await readBytes(source)
  try {
    return await decodeImage(bytes)
  } catch (error) {
    throw new GradloomError(
      'file-format',
      `${name}: no image that can be read (${reasonOf(error)})`,
      {
        subject: name,
        cause: error,
      },
    )
  }
}

const SELF = 'loadImage'
const FORMS = 'a file, pixels, or what a canvas can draw in a browser'
const CHANNELS = { rgb: 3, rgba: 4, grayscale: 1 } as const

const imageTensor = (
  { width, height, data }: Pixels,
  { colorMode = 'rgb', targetSize, interpolation = 'bilinear' }: ImageOptions,
): Tensor<'float32'> => {
  const channels = CHANNELS[colorMode]
  if (!channels) throw badArgument(SELF, 'colorMode', colorMode, "'rgb', 'rgba' or 'grayscale'")
  if (!INTERPOLATIONS.includes(interpolation)) {
    throw badArgument(SELF, 'interpolation', interpolation, INTERPOLATIONS.join(', '))
  }
  const all = new Float32Array(width * height * channels)
  for (let i = 0; i < width * height; i++) {
    if (channels === 1) all[i] = luma(data, 4 * i)
    else for (let c = 0; c < channels; c++) all[i * channels + c] = data[4 * i + c] as number
  }
  const [h, w] = targetSize ?? [height, width]
  positiveWhole(SELF, 'targetSize', h)
  positiveWhole(SELF, 'targetSize', w)
  const rows =
    h === height ? all : resample(all, height, width * channels, tapsOf(height, h, interpolation))
  const both = w === width ? rows : resample(rows, width, channels, tapsOf(width, w, interpolation))
  return new Tensor(both, [h, w, channels])
}

/** ITU-R 601 in whole numbers, as Pillow computes it. */
const luma = (data: ArrayLike<number>, i: number): number => {
  const [r, g, b] = [data[i], data[i + 1], data[i + 2]] as [number, number, number]
  return (r * 19595 + g * 38470 + b * 7471 + 0x8000) >> 16
}
