// Batch normalization (Ioffe & Szegedy, 2015): each channel gets mean 0 and variance 1 over the
// batch while training, and by moving averages of these at inference.

import { fraction, named } from '../checks.ts'
import * as composites from '../composites/common.ts'
import type { SymbolicTensor } from '../graph.ts'
import { type InitializerSpec, initializeOf, initializerConfig } from '../initializers/registry.ts'
import * as ops from '../ops.ts'
import type { BatchShape } from '../shape.ts'
import type { Variable } from '../variable.ts'
import { built, checkedAxis, keptAxes, shapeError, subjectOf } from './expect.ts'
import type { Pass } from './layer.ts'
import { along, Normalizing, type NormalizingOptions } from './normalizing.ts'
import type { Keeps, MakesPlain } from './shape-rules.ts'

export interface BatchNormalizationOptions extends NormalizingOptions {
  /** The axis of the channels. Default −1. */
  axis?: number
  /** Part of a moving average that a step keeps. Default 0.99. */
  momentum?: number
  /** Default `'zeros'`. */
  movingMeanInitializer?: InitializerSpec
  /** Default `'ones'`. */
  movingVarianceInitializer?: InitializerSpec
}

interface Moments {
  mean: SymbolicTensor
  variance: SymbolicTensor
}

export class BatchNormalization extends Normalizing {
  declare readonly type: 'batchNormalization'
  readonly axis: number
  readonly momentum: number
  readonly #first: { mean: InitializerSpec; variance: InitializerSpec }
  #axis = 0
  #mean: Variable | undefined
  #variance: Variable | undefined

  constructor(options: BatchNormalizationOptions) {
    super(options, 'batchNormalization')
    const subject = subjectOf(this)
    this.axis = checkedAxis(subject, options.axis ?? -1) as number
    this.momentum = fraction(subject, 'momentum', options.momentum ?? 0.99)
    const { movingMeanInitializer: mean = 'zeros', movingVarianceInitializer = 'ones' } = options
    this.#first = { mean, variance: movingVarianceInitializer }
    named(subject, 'movingMeanInitializer', () => initializeOf(mean))
    named(subject, 'movingVarianceInitializer', () => initializeOf(movingVarianceInitializer))
  }

  override build(inputShape: BatchShape): void {
    this.#axis = keptAxes(this, this.axis, inputShape.length)[0] as number
    const shape = [inputShape[this.#axis] as number]
    this.addScale(inputShape, shape)
    const make = (name: string, initializer: InitializerSpec) =>
      this.addWeight({ name, shape, initializer, trainable: false })
    this.#mean = make('movingMean', this.#first.mean)
    this.#variance = make('movingVariance', this.#first.variance)
  }

  /** x: [B, ..., C] → y: [B, ..., C]; masked steps do not count. */
  call(x: SymbolicTensor, pass: Pass): SymbolicTensor {
    this.expectBuilt(x, [this.#axis])
    const { mean, variance } = this.#statistics(x, pass)
    const axes = [this.#axis]
    const scale = ops.reciprocal(ops.sqrt(ops.add(along(variance, x, axes), this.epsilon)))
    return this.scaled(ops.mul(ops.sub(x, along(mean, x, axes)), scale), pass, axes)
  }

  /** The mean and variance to normalize by: [C]. Training moves the averages towards them. */
  #statistics(x: SymbolicTensor, pass: Pass): Moments {
    const [mean, variance] = [built(this, this.#mean), built(this, this.#variance)]
    if (!pass.training || !this.trainable) {
      return { mean: pass.read(mean), variance: pass.read(variance) }
    }
    const now = this.#moments(x)
    const move = (average: Variable, value: SymbolicTensor) =>
      pass.assign(average, ops.lerp(pass.read(average), value, 1 - this.momentum))
    move(mean, now.mean)
    move(variance, now.variance)
    return now
  }

  /** x: [B, ..., C] → mean and variance over all but C: [C]. */
  #moments(x: SymbolicTensor): Moments {
    const over = x.shape.map((_, i) => i).filter((i) => i !== this.#axis)
    const weights = this.#weights(x)
    const total = weights && ops.add(composites.sumAll(weights), composites.EPSILON)
    const mean = (y: SymbolicTensor) =>
      weights && total
        ? ops.div(ops.sum(ops.mul(y, weights), over), total)
        : composites.mean(y, over)
    const center = mean(x)
    const apart = ops.sub(x, along(center, x, [this.#axis]))
    return { mean: center, variance: mean(ops.square(apart)) }
  }

  /** The mask, broadcast to x but for a last axis of 1. */
  #weights({ mask, shape }: SymbolicTensor): SymbolicTensor | undefined {
    if (!mask) return undefined
    if (`${mask.shape}` === `${shape.slice(0, -1)}` && this.#axis === shape.length - 1) {
      return ops.reshape(mask, [...mask.shape, 1])
    }
    throw shapeError(
      this,
      `its mask of shape [${mask.shape}] does not fit an input of shape [${shape}] normalized ` +
        `along axis ${this.#axis}; a mask has all axes but the last, the channels.`,
    )
  }

  override config() {
    return {
      axis: this.axis,
      momentum: this.momentum,
      ...super.config(),
      movingMeanInitializer: initializerConfig(this.#first.mean),
      movingVarianceInitializer: initializerConfig(this.#first.variance),
    }
  }
}

/** Mean 0 and variance 1 for each channel over the batch, then ·gamma + beta. */
export const batchNormalization: MakesPlain<
  BatchNormalization,
  BatchNormalizationOptions,
  Keeps
> = (options = {}) => new BatchNormalization(options)
