// The layer that resizes images by interpolation, without blurring first (Keras's default).

import { positiveWhole } from '../checks.ts'
import type { SymbolicTensor } from '../graph.ts'
import { subjectOf } from './expect.ts'
import { Layer, type LayerOptions } from './layer.ts'
import { asImages, checkedResize, type ResizeOptions, resized } from './pixels.ts'
import type { Makes, Windows } from './shape-rules.ts'

export interface ResizingOptions extends LayerOptions, ResizeOptions {
  /** New height in pixels. */
  height: number
  /** New width in pixels. */
  width: number
}

export class Resizing extends Layer {
  declare readonly type: 'resizing'
  readonly height: number
  readonly width: number
  readonly #options: Required<ResizeOptions>

  constructor(options: ResizingOptions) {
    super(options, 'resizing')
    const subject = subjectOf(this)
    this.height = positiveWhole(subject, 'height', options.height)
    this.width = positiveWhole(subject, 'width', options.width)
    this.#options = checkedResize(subject, options)
  }

  /** x: [B, H, W, C] → y: [B, height, width, C] */
  call(x: SymbolicTensor): SymbolicTensor {
    return resized(asImages(this, x), this.height, this.width, this.#options)
  }

  config() {
    return { height: this.height, width: this.width, ...this.#options }
  }
}

/** Images of another size. */
export const resizing: Makes<Resizing, ResizingOptions, Windows<'resizing', 2>> = (options) =>
  new Resizing(options)
