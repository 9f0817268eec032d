// Root mean square normalization (Zhang & Sennrich, 2019): like layer normalization, but the mean
// is left where it is.

import { positive } from '../checks.ts'
import type { SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import type { BatchShape } from '../shape.ts'
import type { Variable } from '../variable.ts'
import { built, expectShape, subjectOf } from './expect.ts'
import { Layer, type LayerOptions, type Pass } from './layer.ts'
import { along, axesOfBuild, axisConfig, byRows, someAxes } from './normalizing.ts'
import type { Keeps, MakesPlain } from './shape-rules.ts'

export interface RMSNormalizationOptions extends LayerOptions {
  /** The axes that are normalized together, and along which the scale lies. Default −1. */
  axis?: number | readonly number[]
  /** Added to the mean square. Default 1e−6. */
  epsilon?: number
}

export class RMSNormalization extends Layer {
  declare readonly type: 'rmsNormalization'
  override readonly supportsMasking = true
  readonly axis: number | readonly number[]
  readonly epsilon: number
  #axes: readonly number[] = []
  #built: BatchShape = []
  #scale: Variable | undefined

  constructor(options: RMSNormalizationOptions) {
    super(options, 'rmsNormalization')
    this.axis = someAxes(subjectOf(this), options.axis)
    this.epsilon = positive(subjectOf(this), 'epsilon', options.epsilon ?? 1e-6)
  }

  override build(inputShape: BatchShape): void {
    const { axes, sizes } = axesOfBuild(this, this.axis, inputShape)
    this.#axes = axes
    this.#built = inputShape
    this.#scale = this.addWeight({ name: 'scale', shape: sizes, initializer: 'ones' })
  }

  /** x: [B, ...] → x / √(mean x² + epsilon)·scale: [B, ...] */
  call(x: SymbolicTensor, pass: Pass): SymbolicTensor {
    const scale = pass.read(built(this, this.#scale))
    const axes = this.#axes
    const fits = axes.every((a) => x.shape[a] === this.#built[a])
    if (!fits || x.shape.length !== this.#built.length) expectShape(this, this.#built, x.shape)
    const y = byRows(x, axes, (rows) => ops.normalizeRows(rows, this.epsilon, false))
    return ops.mul(y, along(scale, x, axes))
  }

  config() {
    return { axis: axisConfig(this.axis), epsilon: this.epsilon }
  }
}

/** x / √(mean x² + epsilon) along `axis`, then times a learned scale. */
export const rmsNormalization: MakesPlain<RMSNormalization, RMSNormalizationOptions, Keeps> = (
  options = {},
) => new RMSNormalization(options)
