// The layer that keeps the middle of images; smaller images are resized so that their middle fills
// the new size.

import { positiveWhole } from '../checks.ts'
import type { SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import { subjectOf } from './expect.ts'
import { Layer, type LayerOptions } from './layer.ts'
import { asImages, checkedResize, countAlong, pick, resized } from './pixels.ts'
import type { Makes, Windows } from './shape-rules.ts'

export interface CenterCropOptions extends LayerOptions {
  /** New height in pixels. */
  height: number
  /** New width in pixels. */
  width: number
}

export class CenterCrop extends Layer {
  declare readonly type: 'centerCrop'
  readonly height: number
  readonly width: number

  constructor(options: CenterCropOptions) {
    super(options, 'centerCrop')
    this.height = positiveWhole(subjectOf(this), 'height', options.height)
    this.width = positiveWhole(subjectOf(this), 'width', options.width)
  }

  /** x: [B, H, W, C] → y: [B, height, width, C] */
  call(x: SymbolicTensor): SymbolicTensor {
    const images = asImages(this, x)
    const { height, width } = this
    const [, h, w] = images.shape as [number, number, number]
    if (h < height || w < width) {
      return resized(images, height, width, checkedResize('', { cropToAspectRatio: true }))
    }
    const rows = ops.add(countAlong(images, 1, height), Math.floor((h - height) / 2))
    const columns = ops.add(countAlong(images, 2, width), Math.floor((w - width) / 2))
    return pick(this, images, rows, columns)
  }

  config() {
    return { height: this.height, width: this.width }
  }
}

/** The middle of images. */
export const centerCrop: Makes<CenterCrop, CenterCropOptions, Windows<'centerCrop', 2>> = (
  options,
) => new CenterCrop(options)
