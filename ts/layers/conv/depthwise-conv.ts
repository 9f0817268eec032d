// Convolutions of each channel alone, over one or two axes.

import { positiveWhole } from '../../checks.ts'
import { convolveDepthwise } from '../../composites/convolution.ts'
import type { SymbolicTensor } from '../../graph.ts'
import type { Variable } from '../../variable.ts'
import { subjectOf } from '../expect.ts'
import type { Config, Pass } from '../layer.ts'
import type { Makes, Windows } from '../shape-rules.ts'
import type { WeightSpecOptions } from '../weight-specs.ts'
import { Windowed, type WindowOptions } from './base.ts'

/** By default the kernel begins `'glorotUniform'` and the bias `'zeros'`. */
export interface DepthwiseOptions extends WindowOptions, WeightSpecOptions<'depthwise' | 'bias'> {
  /** Channels of the output for each of the input. Default 1. */
  depthMultiplier?: number
}

export class DepthwiseConv extends Windowed<'depthwise'> {
  readonly depthMultiplier: number
  #kernel: Variable | undefined

  constructor(type: string, rank: number, options: DepthwiseOptions) {
    super(type, rank, options, ['depthwise'])
    const { depthMultiplier = 1 } = options
    this.depthMultiplier = positiveWhole(subjectOf(this), 'depthMultiplier', depthMultiplier)
  }

  protected makeKernels(channels: number): number {
    const shape = [...this.kernelSize, channels, this.depthMultiplier]
    this.#kernel = this.kernel('kernel', shape, 'depthwise')
    return channels * this.depthMultiplier
  }

  protected convolution(x: SymbolicTensor, pass: Pass): SymbolicTensor {
    const kernel = this.read(this.#kernel, pass)
    this.expectWindows(x)
    return convolveDepthwise(x, kernel, this.windows)
  }

  override config(): Config {
    return { depthMultiplier: this.depthMultiplier, ...super.config() }
  }
}

/** Each channel of a series alone: x: [B, T, C] → y: [B, T', C · depthMultiplier]. */
export const depthwiseConv1d: Makes<
  DepthwiseConv,
  DepthwiseOptions,
  Windows<'depthwiseConv1d', 1, number>
> = (options) => new DepthwiseConv('depthwiseConv1d', 1, options)

/** Each channel of images alone: x: [B, H, W, C] → y: [B, H', W', C · depthMultiplier]. */
export const depthwiseConv2d: Makes<
  DepthwiseConv,
  DepthwiseOptions,
  Windows<'depthwiseConv2d', 2, number>
> = (options) => new DepthwiseConv('depthwiseConv2d', 2, options)
