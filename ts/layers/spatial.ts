// The base of layers over images, series and volumes: so many spatial axes, channels last or first.
// Inside, channels are last. It knows neither windows nor weights.

import { badArgument, named } from '../checks.ts'
import type { SymbolicTensor } from '../graph.ts'
import { choose } from '../names.ts'
import * as ops from '../ops.ts'
import { type BatchShape, type Shape, showShape } from '../shape.ts'
import { shapeError, subjectOf } from './expect.ts'
import { type Config, Layer, type LayerOptions, type Pass } from './layer.ts'

export type DataFormat = 'channelsLast' | 'channelsFirst'

export interface SpatialOptions extends LayerOptions {
  /**
   * `'channelsLast'`: [B, ...spatial, C]; `'channelsFirst'`: [B, C, ...spatial], which costs a
   * transpose each way. Default `'channelsLast'`.
   */
  dataFormat?: DataFormat
}

/** One number for all spatial axes, or one for each. */
export type PerAxis = number | readonly number[]

const FORMATS = { channelsLast: false, channelsFirst: true }

export abstract class SpatialLayer extends Layer {
  declare readonly type: string
  /** Spatial axes. */
  readonly rank: number
  readonly dataFormat: DataFormat

  constructor(type: string, rank: number, options: SpatialOptions) {
    super(options, type)
    this.rank = rank
    this.dataFormat = options.dataFormat ?? 'channelsLast'
    named(subjectOf(this), 'dataFormat', () => choose('data format', this.dataFormat, FORMATS))
  }

  /** x: [B, ...spatial, C] → y: [B, ...spatial', C'] or [B, C'] */
  protected abstract run(x: SymbolicTensor, pass: Pass): SymbolicTensor

  /** The channels of an input, whose number of axes is checked. */
  protected channelsOf(shape: BatchShape): number {
    if (shape.length === this.rank + 2) {
      return shape[this.dataFormat === 'channelsFirst' ? 1 : this.rank + 1] as number
    }
    const axes = ['height', 'width', 'depth'].slice(0, this.rank)
    const names =
      this.dataFormat === 'channelsFirst' ? ['channels', ...axes] : [...axes, 'channels']
    throw shapeError(
      this,
      `expected an input of shape [batch, ${names.join(', ')}], but was given ` +
        `${showShape(shape)}; a reshape layer can add an axis.`,
    )
  }

  call(x: SymbolicTensor, pass: Pass): SymbolicTensor {
    this.channelsOf(x.shape)
    if (this.dataFormat === 'channelsLast') return this.run(x, pass)
    const axes = x.shape.map((_, i) => i)
    const y = this.run(ops.transpose(x, [0, ...axes.slice(2), 1]).withMask(x.mask), pass)
    if (y.shape.length < axes.length) return y
    return ops.transpose(y, [0, axes.length - 1, ...axes.slice(1, -1)])
  }

  /** Throws where a window along some axis does not fit into a padded size. */
  protected expectFit(extents: Shape, shape: Shape, padding: string): void {
    const [, ...sizes] = shape
    const axis = extents.findIndex((extent, i) => extent > (sizes[i] as number))
    if (padding !== 'valid' || axis < 0) return
    throw shapeError(
      this,
      `a window of ${extents[axis]} does not fit into the ${sizes[axis]} elements along axis ` +
        `${axis + 1} of ${showShape([null, ...sizes])}; take smaller windows, or padding: 'same'.`,
    )
  }

  /** A positive whole number (or from `least` on) for each spatial axis. */
  protected perAxis(option: string, value: PerAxis, least = 1): readonly number[] {
    const all = typeof value === 'number' ? Array(this.rank).fill(value) : value
    const fits = Array.isArray(all) && all.length === this.rank
    if (fits && all.every((n) => Number.isInteger(n) && n >= least)) return [...all]
    const one = least > 0 ? 'a positive whole number' : 'a whole number ≥ 0'
    throw badArgument(subjectOf(this), option, value, `${one} or an array of ${this.rank}`)
  }

  config(): Config {
    return this.dataFormat === 'channelsLast' ? {} : { dataFormat: this.dataFormat }
  }
}
