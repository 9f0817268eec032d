// Group normalization (Wu & He, 2018): each group of channels of each sample for itself gets mean 0
// and variance 1.

import { badArgument } from '../checks.ts'
import type { SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import type { BatchShape } from '../shape.ts'
import { checkedAxis, keptAxes, shapeError, subjectOf } from './expect.ts'
import type { Pass } from './layer.ts'
import { byRows, Normalizing, type NormalizingOptions } from './normalizing.ts'
import type { Keeps, MakesPlain } from './shape-rules.ts'

export interface GroupNormalizationOptions extends NormalizingOptions {
  /** Number of groups; −1: one for each channel. Default 32. */
  groups?: number
  /** The axis of the channels. Default −1. */
  axis?: number
}

export class GroupNormalization extends Normalizing {
  declare readonly type: 'groupNormalization'
  readonly groups: number
  readonly axis: number
  #axes: readonly number[] = []

  constructor(options: GroupNormalizationOptions) {
    super(options, 'groupNormalization')
    const subject = subjectOf(this)
    const { groups = 32, axis = -1 } = options
    if (!(Number.isInteger(groups) && (groups > 0 || groups === -1))) {
      throw badArgument(subject, 'groups', groups, 'a positive whole number, or −1')
    }
    this.groups = groups
    this.axis = checkedAxis(subject, axis) as number
  }

  override build(inputShape: BatchShape): void {
    this.#axes = keptAxes(this, this.axis, inputShape.length)
    const channels = inputShape[this.#axes[0] as number] as number
    if (this.groups > 0 && channels % this.groups !== 0) {
      throw shapeError(
        this,
        `${channels} channels are not ${this.groups} groups; give groups a divisor of ${channels}.`,
      )
    }
    this.addScale(inputShape, [channels])
  }

  /** x: [B, ..., C] → y: [B, ..., C] */
  call(x: SymbolicTensor, pass: Pass): SymbolicTensor {
    this.expectBuilt(x, this.#axes)
    const axis = this.#axes[0] as number
    const channels = x.shape[axis] as number
    const groups = this.groups > 0 ? this.groups : channels
    const split = [...x.shape.slice(0, axis), groups, channels / groups, ...x.shape.slice(axis + 1)]
    const axes = split.map((_, i) => i).filter((i) => i !== 0 && i !== axis)
    const rows = (r: SymbolicTensor) => ops.normalizeRows(r, this.epsilon)
    const y = ops.reshape(byRows(ops.reshape(x, split), axes, rows), x.shape)
    return this.scaled(y, pass, this.#axes)
  }

  override config() {
    return { groups: this.groups, axis: this.axis, ...super.config() }
  }
}

/** Mean 0 and variance 1 for each group of channels of each sample, then ·gamma + beta. */
export const groupNormalization: MakesPlain<
  GroupNormalization,
  GroupNormalizationOptions,
  Keeps
> = (options = {}) => new GroupNormalization(options)
