// What all convolution layers share: windows, bias and activation. The product with the kernel is
// each one's own.

import type { ActivationFunction } from '../../activations/activations.ts'
import { type ActivationSpec, activationName, activationOf } from '../../activations/registry.ts'
import { flag, named } from '../../checks.ts'
import type { ConvOptions, Padding } from '../../composites/convolution.ts'
import type { SymbolicTensor } from '../../graph.ts'
import { choose } from '../../names.ts'
import * as ops from '../../ops.ts'
import type { BatchShape } from '../../shape.ts'
import type { Variable } from '../../variable.ts'
import { built, shapeError, subjectOf } from '../expect.ts'
import type { Config, Pass } from '../layer.ts'
import { type PerAxis, SpatialLayer, type SpatialOptions } from '../spatial.ts'
import { type WeightSpecOptions, WeightSpecs } from '../weight-specs.ts'

/** Options of every convolution. Numbers stand for all spatial axes, or arrays for each. */
export interface WindowOptions extends SpatialOptions {
  /** Taps of a window. */
  kernelSize: PerAxis
  /** Default 1. */
  strides?: PerAxis
  /** Distance of the taps. Default 1. */
  dilationRate?: PerAxis
  /**
   * `'valid'`: only whole windows; `'same'`: zeros around, so that stride 1 keeps the size;
   * `'causal'` (only conv1d): zeros before. Default `'valid'`.
   */
  padding?: Padding
  /** Default `'linear'`. */
  activation?: ActivationSpec | null
  /** Whether a bias is added. Default true. */
  useBias?: boolean
}

const PADDINGS = { valid: 0, same: 0 }

export abstract class Windowed<Role extends string> extends SpatialLayer {
  readonly kernelSize: readonly number[]
  readonly windows: Required<ConvOptions>
  readonly activation: ActivationSpec
  readonly useBias: boolean
  protected readonly weights: WeightSpecs<Role | 'bias'>
  readonly #activate: ActivationFunction
  #bias: Variable | undefined
  #channels: number | undefined

  constructor(
    type: string,
    rank: number,
    options: WindowOptions & WeightSpecOptions<Role | 'bias'>,
    roles: readonly Role[],
    { groups = 1, causal = false } = {},
  ) {
    super(type, rank, options)
    const padding = options.padding ?? 'valid'
    const known = causal && rank === 1 ? { ...PADDINGS, causal: 0 } : PADDINGS
    named(subjectOf(this), 'padding', () => choose('padding', padding, known))
    this.kernelSize = this.perAxis('kernelSize', options.kernelSize)
    const strides = this.perAxis('strides', options.strides ?? 1)
    const dilationRate = this.perAxis('dilationRate', options.dilationRate ?? 1)
    this.windows = { strides, dilationRate, padding, groups }
    const subject = subjectOf(this)
    this.useBias = flag(subject, 'useBias', options.useBias ?? true)
    this.activation = options.activation ?? 'linear'
    this.#activate = activationOf(this.activation, subject)
    const usual = [...roles.map((role) => [role, 'glorotUniform'] as const), ['bias', 'zeros']]
    this.weights = new WeightSpecs(subject, options, Object.fromEntries(usual))
  }

  /** Makes the kernels for so many input channels, and says how many channels come of it. */
  protected abstract makeKernels(channels: number): number

  /** The convolution without bias and activation. */
  protected abstract convolution(x: SymbolicTensor, pass: Pass): SymbolicTensor

  override build(inputShape: BatchShape): void {
    this.#channels = this.channelsOf(inputShape)
    const filters = this.makeKernels(this.#channels)
    if (!this.useBias) return
    this.#bias = this.addWeight({ name: 'bias', shape: [filters], ...this.weights.of('bias') })
  }

  protected run(x: SymbolicTensor, pass: Pass): SymbolicTensor {
    const wanted = this.#channels
    if (wanted !== undefined && x.shape.at(-1) !== wanted) {
      throw shapeError(
        this,
        `expected an input of ${wanted} channels, as it was built for, but was given ` +
          `${x.shape.at(-1)}.`,
      )
    }
    const y = this.convolution(x, pass)
    return this.#activate(this.#bias ? ops.add(y, pass.read(this.#bias)) : y)
  }

  /** Throws where a window is larger than the input. */
  protected expectWindows(x: SymbolicTensor): void {
    const { dilationRate, padding } = this.windows
    const extents = this.kernelSize.map((n, i) => (n - 1) * (dilationRate[i] as number) + 1)
    this.expectFit(extents, x.shape, padding)
  }

  protected kernel(name: string, shape: readonly number[], role: Role): Variable {
    return this.addWeight({ name, shape, ...this.weights.of(role) })
  }

  protected read(variable: Variable | undefined, pass: Pass): SymbolicTensor {
    return pass.read(built(this, variable))
  }

  override config(): Config {
    const { strides, dilationRate, padding } = this.windows
    return {
      ...super.config(),
      kernelSize: [...this.kernelSize],
      strides: [...strides],
      dilationRate: [...dilationRate],
      padding,
      activation: activationName(this.activation, subjectOf(this)),
      useBias: this.useBias,
      ...this.weights.config(),
    }
  }
}
