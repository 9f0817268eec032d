// Transposed convolution over one, two or three axes: what a convolution passes back to its input.

import { badArgument, positiveWhole } from '../../checks.ts'
import { convolveTransposed } from '../../composites/convolution.ts'
import type { SymbolicTensor } from '../../graph.ts'
import type { Variable } from '../../variable.ts'
import { subjectOf } from '../expect.ts'
import type { Config, Pass } from '../layer.ts'
import type { MakesFilters } from '../shape-rules.ts'
import type { PerAxis } from '../spatial.ts'
import type { WeightSpecOptions } from '../weight-specs.ts'
import { Windowed, type WindowOptions } from './base.ts'

/** By default the kernel begins `'glorotUniform'` and the bias `'zeros'`. */
export interface ConvTransposeOptions extends WindowOptions, WeightSpecOptions<'kernel' | 'bias'> {
  /** Channels of the output. */
  filters: number
  /**
   * Elements at the end of the output, fewer than the stride. By default as many as make the output
   * `size · stride` with `'same'`, and hold every window with `'valid'`.
   */
  outputPadding?: PerAxis | null
}

export class ConvTranspose extends Windowed<'kernel'> {
  readonly filters: number
  readonly outputPadding: readonly number[] | null
  #kernel: Variable | undefined

  constructor(type: string, rank: number, options: ConvTransposeOptions) {
    super(type, rank, options, ['kernel'])
    const subject = subjectOf(this)
    const { filters, outputPadding = null } = options
    this.filters = positiveWhole(subject, 'filters', filters)
    const padding = outputPadding === null ? null : this.perAxis('outputPadding', outputPadding, 0)
    if (padding?.some((n, i) => n >= (this.windows.strides[i] as number))) {
      throw badArgument(subject, 'outputPadding', outputPadding as PerAxis, 'less than strides')
    }
    this.outputPadding = padding
  }

  protected makeKernels(channels: number): number {
    const shape = [...this.kernelSize, this.filters, channels]
    this.#kernel = this.kernel('kernel', shape, 'kernel')
    return this.filters
  }

  protected convolution(x: SymbolicTensor, pass: Pass): SymbolicTensor {
    return convolveTransposed(x, this.read(this.#kernel, pass), this.windows, this.outputPadding)
  }

  override config(): Config {
    const outputPadding = this.outputPadding && [...this.outputPadding]
    return { filters: this.filters, outputPadding, ...super.config() }
  }
}

/** Transposed convolution over a series: x: [B, T, C] → y: [B, T', filters]. */
export const conv1dTranspose: MakesFilters<
  ConvTranspose,
  ConvTransposeOptions,
  'conv1dTranspose',
  1
> = (options) => new ConvTranspose('conv1dTranspose', 1, options)

/** Transposed convolution over images: x: [B, H, W, C] → y: [B, H', W', filters]. */
export const conv2dTranspose: MakesFilters<
  ConvTranspose,
  ConvTransposeOptions,
  'conv2dTranspose',
  2
> = (options) => new ConvTranspose('conv2dTranspose', 2, options)

/** Transposed convolution over volumes: x: [B, D, H, W, C] → y: [B, D', H', W', filters]. */
export const conv3dTranspose: MakesFilters<
  ConvTranspose,
  ConvTransposeOptions,
  'conv3dTranspose',
  3
> = (options) => new ConvTranspose('conv3dTranspose', 3, options)
