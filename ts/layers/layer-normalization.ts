// Layer normalization (Ba et al., 2016): each sample for itself gets mean 0 and variance 1 along
// the given axes.

import type { SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import type { BatchShape } from '../shape.ts'
import { subjectOf } from './expect.ts'
import type { Pass } from './layer.ts'
import {
  axesOfBuild,
  axisConfig,
  byRows,
  Normalizing,
  type NormalizingOptions,
  someAxes,
} from './normalizing.ts'
import type { Keeps, MakesPlain } from './shape-rules.ts'

export interface LayerNormalizationOptions extends NormalizingOptions {
  /** The axes that are normalized together, and along which gamma and beta lie. Default −1. */
  axis?: number | readonly number[]
}

export class LayerNormalization extends Normalizing {
  declare readonly type: 'layerNormalization'
  readonly axis: number | readonly number[]
  #axes: readonly number[] = []

  constructor(options: LayerNormalizationOptions) {
    super(options, 'layerNormalization')
    this.axis = someAxes(subjectOf(this), options.axis)
  }

  override build(inputShape: BatchShape): void {
    const { axes, sizes } = axesOfBuild(this, this.axis, inputShape)
    this.#axes = axes
    this.addScale(inputShape, sizes)
  }

  /** x: [B, ...] → (x − mean) / √(variance + epsilon)·gamma + beta: [B, ...] */
  call(x: SymbolicTensor, pass: Pass): SymbolicTensor {
    this.expectBuilt(x, this.#axes)
    const y = byRows(x, this.#axes, (rows) => ops.normalizeRows(rows, this.epsilon))
    return this.scaled(y, pass, this.#axes)
  }

  override config() {
    return { axis: axisConfig(this.axis), ...super.config() }
  }
}

/** Mean 0 and variance 1 for each sample along `axis`, then ·gamma + beta. */
export const layerNormalization: MakesPlain<
  LayerNormalization,
  LayerNormalizationOptions,
  Keeps
> = (options = {}) => new LayerNormalization(options)
