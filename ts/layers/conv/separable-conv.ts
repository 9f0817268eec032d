// Separable convolutions: each channel alone, then a mix of the channels at every point (Chollet,
// "Xception", 2017).

import { positiveWhole } from '../../checks.ts'
import { convolve, convolveDepthwise } from '../../composites/convolution.ts'
import type { SymbolicTensor } from '../../graph.ts'
import type { Variable } from '../../variable.ts'
import { subjectOf } from '../expect.ts'
import type { Config, Pass } from '../layer.ts'
import type { MakesConvolutions } from '../shape-rules.ts'
import type { WeightSpecOptions } from '../weight-specs.ts'
import { Windowed, type WindowOptions } from './base.ts'

/** By default both kernels begin `'glorotUniform'` and the bias `'zeros'`. */
export interface SeparableOptions
  extends WindowOptions,
    WeightSpecOptions<'depthwise' | 'pointwise' | 'bias'> {
  /** Channels of the output. */
  filters: number
  /** Channels between the two steps for each of the input. Default 1. */
  depthMultiplier?: number
}

export class SeparableConv extends Windowed<'depthwise' | 'pointwise'> {
  readonly filters: number
  readonly depthMultiplier: number
  #depthwise: Variable | undefined
  #pointwise: Variable | undefined

  constructor(type: string, rank: number, options: SeparableOptions) {
    super(type, rank, options, ['depthwise', 'pointwise'])
    const { filters, depthMultiplier = 1 } = options
    this.filters = positiveWhole(subjectOf(this), 'filters', filters)
    this.depthMultiplier = positiveWhole(subjectOf(this), 'depthMultiplier', depthMultiplier)
  }

  protected makeKernels(channels: number): number {
    const each = this.depthMultiplier
    const alone = [...this.kernelSize, channels, each]
    const mix = [...this.kernelSize.map(() => 1), channels * each, this.filters]
    this.#depthwise = this.kernel('depthwiseKernel', alone, 'depthwise')
    this.#pointwise = this.kernel('pointwiseKernel', mix, 'pointwise')
    return this.filters
  }

  protected convolution(x: SymbolicTensor, pass: Pass): SymbolicTensor {
    const [depthwise, pointwise] = [this.#depthwise, this.#pointwise].map((w) => this.read(w, pass))
    this.expectWindows(x)
    const alone = convolveDepthwise(x, depthwise as SymbolicTensor, this.windows)
    const strides = this.kernelSize.map(() => 1)
    const mix = { strides, dilationRate: strides, padding: 'valid' } as const
    return convolve(alone, pointwise as SymbolicTensor, mix)
  }

  override config(): Config {
    const { filters, depthMultiplier } = this
    return { filters, depthMultiplier, ...super.config() }
  }
}

/** Separable convolution over a series: x: [B, T, C] → y: [B, T', filters]. */
export const separableConv1d: MakesConvolutions<
  SeparableConv,
  SeparableOptions,
  'separableConv1d',
  1
> = (options) => new SeparableConv('separableConv1d', 1, options)

/** Separable convolution over images: x: [B, H, W, C] → y: [B, H', W', filters]. */
export const separableConv2d: MakesConvolutions<
  SeparableConv,
  SeparableOptions,
  'separableConv2d',
  2
> = (options) => new SeparableConv('separableConv2d', 2, options)
