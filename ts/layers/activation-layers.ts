// Activations with options of their own, as layers. The others are chosen by name, in `activation`.

import { finite, list, notNegative } from '../checks.ts'
import { softmaxAlong } from '../composites/common.ts'
import type { SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import type { BatchShape } from '../shape.ts'
import type { Variable } from '../variable.ts'
import { built, checkedAxis, expectShape, keptAxes, subjectOf } from './expect.ts'
import { Layer, type LayerOptions, type Pass, type Tensors } from './layer.ts'
import { PlainLayer } from './plain.ts'
import type { Keeps, MakesPlain } from './shape-rules.ts'
import { type WeightSpecOptions, WeightSpecs } from './weight-specs.ts'

export interface ReLUOptions extends LayerOptions {
  /** The largest output. Default: no limit. */
  maxValue?: number | null
  /** Slope under the threshold. Default 0. */
  negativeSlope?: number
  /** Default 0. */
  threshold?: number
}

/** x where x > threshold (at most maxValue), else negativeSlope·(x − threshold). */
export const relu: MakesPlain<PlainLayer, ReLUOptions, Keeps> = (options = {}) => {
  const subject = options.name || 'relu'
  const { maxValue = null, negativeSlope = 0, threshold = 0 } = options
  const config = {
    maxValue: maxValue === null ? null : notNegative(subject, 'maxValue', maxValue),
    negativeSlope: notNegative(subject, 'negativeSlope', negativeSlope),
    threshold: notNegative(subject, 'threshold', threshold),
  }
  return new PlainLayer('relu', options, config, (x) => {
    const above = threshold === 0 ? ops.relu(x) : ops.mul(x, ops.less(threshold, x))
    const y = maxValue === null ? above : ops.minimum(above, maxValue)
    return negativeSlope === 0 ? y : ops.mulAdd(ops.relu(ops.sub(threshold, x)), -negativeSlope, y)
  })
}

export interface LeakyReLUOptions extends LayerOptions {
  /** Slope under 0. Default 0.3. */
  negativeSlope?: number
}

/** x where x > 0, else negativeSlope·x. */
export const leakyRelu: MakesPlain<PlainLayer, LeakyReLUOptions, Keeps> = (options = {}) => {
  const { negativeSlope: slope = 0.3 } = options
  const negativeSlope = notNegative(options.name || 'leakyRelu', 'negativeSlope', slope)
  const call = (x: SymbolicTensor) => ops.leakyRelu(x, negativeSlope)
  return new PlainLayer('leakyRelu', options, { negativeSlope }, call)
}

export interface ELUOptions extends LayerOptions {
  /** What −x tends to for far negative x. Default 1. */
  alpha?: number
}

/** x where x > 0, else alpha·(exp(x) − 1). */
export const elu: MakesPlain<PlainLayer, ELUOptions, Keeps> = (options = {}) => {
  const alpha = finite(options.name || 'elu', 'alpha', options.alpha ?? 1)
  return new PlainLayer('elu', options, { alpha }, (x) => ops.elu(x, alpha))
}

export interface SoftmaxOptions extends LayerOptions {
  /** Default −1. */
  axis?: number
}

/**
 * exp(x) / Σ exp(x) along `axis`. Applied to `[x, mask]`, what is 0 in the mask (which broadcasts
 * to x) counts for nothing and gets 0; so does the input's own mask, where it has the shape of x.
 */
export const softmax: MakesPlain<PlainLayer<Tensors>, SoftmaxOptions, Keeps> = (options = {}) => {
  const axis = checkedAxis(options.name || 'softmax', options.axis ?? -1) as number
  return new PlainLayer<Tensors>('softmax', options, { axis }, (given, _, layer) => {
    const [x, mask] = (Array.isArray(given) ? given : [given]) as [SymbolicTensor, SymbolicTensor?]
    keptAxes(layer, axis, x.shape.length)
    const own = `${x.mask?.shape}` === `${x.shape}` ? x.mask : undefined
    const seen = mask ?? own
    if (!seen) return softmaxAlong(x, axis)
    return ops.where(seen, softmaxAlong(ops.where(seen, x, -1e9), axis), 0)
  })
}

/** By default alpha begins `'zeros'`. */
export interface PReLUOptions extends LayerOptions, WeightSpecOptions<'alpha'> {
  /** Axes along which there is one slope for all: `[1, 2]` for images. Default none. */
  sharedAxes?: readonly number[] | null
}

export class PReLU extends Layer {
  declare readonly type: 'prelu'
  override readonly supportsMasking = true
  readonly sharedAxes: readonly number[] | null
  readonly #weights: WeightSpecs<'alpha'>
  #built: BatchShape = []
  #alpha: Variable | undefined

  constructor(options: PReLUOptions) {
    super(options, 'prelu')
    const { sharedAxes = null } = options
    this.sharedAxes = sharedAxes && list(subjectOf(this), 'sharedAxes', sharedAxes)
    checkedAxis(subjectOf(this), this.sharedAxes, 'sharedAxes')
    this.#weights = new WeightSpecs(subjectOf(this), options, { alpha: 'zeros' })
  }

  override build(inputShape: BatchShape): void {
    const shared = keptAxes(this, this.sharedAxes, inputShape.length)
    const sizes = inputShape.map((d, i) => (shared.includes(i) ? 1 : (d as number)))
    this.#built = inputShape.map((d, i) => (shared.includes(i) ? null : d))
    this.#alpha = this.addWeight({
      name: 'alpha',
      shape: sizes.slice(1),
      ...this.#weights.of('alpha'),
    })
  }

  /** x: [B, ...] → x where x > 0, else alpha·x: [B, ...] */
  call(x: SymbolicTensor, pass: Pass): SymbolicTensor {
    const alpha = pass.read(built(this, this.#alpha))
    const shape = x.shape.map((d, i) => (this.#built[i] === null ? null : d) as number)
    expectShape(this, this.#built, shape)
    return ops.sub(ops.relu(x), ops.mul(alpha, ops.relu(ops.neg(x))))
  }

  config() {
    const { sharedAxes } = this
    return { sharedAxes: sharedAxes && [...sharedAxes], ...this.#weights.config() }
  }
}

/** x where x > 0, else alpha·x with learned alphas (He et al., 2015). */
export const prelu: MakesPlain<PReLU, PReLUOptions, Keeps> = (options = {}) => new PReLU(options)
