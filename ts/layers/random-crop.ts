// The layer that, while training, keeps a part of each image from a random place. Afterwards, and
// where images are not larger, it resizes what fits the shape of the part.

import { positiveWhole } from '../checks.ts'
import type { SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import { subjectOf } from './expect.ts'
import type { LayerOptions, Pass } from './layer.ts'
import { asImages, checkedResize, countAlong, pick, resized } from './pixels.ts'
import { type Draw, RandomImage } from './random-image.ts'
import type { Makes, Windows } from './shape-rules.ts'

export interface RandomCropOptions extends LayerOptions {
  /** New height in pixels. */
  height: number
  /** New width in pixels. */
  width: number
}

export class RandomCrop extends RandomImage {
  declare readonly type: 'randomCrop'
  protected readonly draws = 2
  readonly height: number
  readonly width: number

  constructor(options: RandomCropOptions) {
    super(options, 'randomCrop')
    this.height = positiveWhole(subjectOf(this), 'height', options.height)
    this.width = positiveWhole(subjectOf(this), 'width', options.width)
  }

  /** x: [B, H, W, C] → y: [B, height, width, C] */
  override call(x: SymbolicTensor, pass: Pass): SymbolicTensor {
    const { height, width } = this
    const images = asImages(this, x)
    const [, h, w] = images.shape as [number, number, number]
    if (pass.training && h >= height && w >= width) return super.call(images, pass)
    return resized(images, height, width, checkedResize('', { cropToAspectRatio: true }))
  }

  protected vary(x: SymbolicTensor, draw: Draw): SymbolicTensor {
    const [, h, w] = x.shape as [number, number, number]
    const first = (index: number, places: number) => ops.floor(draw(index, 0, places))
    const rows = ops.add(countAlong(x, 1, this.height), first(0, h - this.height + 1))
    const columns = ops.add(countAlong(x, 2, this.width), first(1, w - this.width + 1))
    return pick(this, x, rows, columns)
  }

  config() {
    return { height: this.height, width: this.width }
  }
}

/** A part of each image from a random place, while training. */
export const randomCrop: Makes<RandomCrop, RandomCropOptions, Windows<'randomCrop', 2>> = (
  options,
) => new RandomCrop(options)
