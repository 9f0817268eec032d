// Convolution over one, two or three axes: y = activation(conv(x, kernel) + bias).

import { badArgument, positiveWhole } from '../../checks.ts'
import { convolve } from '../../composites/convolution.ts'
import type { SymbolicTensor } from '../../graph.ts'
import type { Variable } from '../../variable.ts'
import { shapeError, subjectOf } from '../expect.ts'
import type { Config, Pass } from '../layer.ts'
import type { MakesConvolutions } from '../shape-rules.ts'
import type { WeightSpecOptions } from '../weight-specs.ts'
import { Windowed, type WindowOptions } from './base.ts'

/** By default the kernel begins `'glorotUniform'` and the bias `'zeros'`. */
export interface ConvLayerOptions extends WindowOptions, WeightSpecOptions<'kernel' | 'bias'> {
  /** Channels of the output. */
  filters: number
  /** Channels of input and output fall into so many groups that do not meet. Default 1. */
  groups?: number
}

export class Conv extends Windowed<'kernel'> {
  readonly filters: number
  #kernel: Variable | undefined

  constructor(type: string, rank: number, options: ConvLayerOptions) {
    const { groups = 1, filters } = options
    super(type, rank, options, ['kernel'], { groups, causal: true })
    const subject = subjectOf(this)
    this.filters = positiveWhole(subject, 'filters', filters)
    positiveWhole(subject, 'groups', groups)
    if (filters % groups !== 0) {
      throw badArgument(subject, 'filters', filters, `a multiple of groups: ${groups}`)
    }
  }

  protected makeKernels(channels: number): number {
    const { groups } = this.windows
    if (channels % groups !== 0) {
      throw shapeError(this, `${channels} input channels do not divide into ${groups} groups.`)
    }
    const shape = [...this.kernelSize, channels / groups, this.filters]
    this.#kernel = this.kernel('kernel', shape, 'kernel')
    return this.filters
  }

  protected convolution(x: SymbolicTensor, pass: Pass): SymbolicTensor {
    const kernel = this.read(this.#kernel, pass)
    this.expectWindows(x)
    return convolve(x, kernel, this.windows)
  }

  override config(): Config {
    return { filters: this.filters, groups: this.windows.groups, ...super.config() }
  }
}

/** Convolution over a series: x: [B, T, C] → y: [B, T', filters]. */
export const conv1d: MakesConvolutions<Conv, ConvLayerOptions, 'conv1d', 1> = (options) =>
  new Conv('conv1d', 1, options)

/** Convolution over images: x: [B, H, W, C] → y: [B, H', W', filters]. */
export const conv2d: MakesConvolutions<Conv, ConvLayerOptions, 'conv2d', 2> = (options) =>
  new Conv('conv2d', 2, options)

/** Convolution over volumes: x: [B, D, H, W, C] → y: [B, D', H', W', filters]. */
export const conv3d: MakesConvolutions<Conv, ConvLayerOptions, 'conv3d', 3> = (options) =>
  new Conv('conv3d', 3, options)
