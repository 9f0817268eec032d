// The layer x·scale + offset with fixed numbers, for inputs such as pixels.

import { badArgument, finite } from '../checks.ts'
import { asFloat } from '../composites/common.ts'
import type { Operand, SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import { expectLastAxis, subjectOf } from './expect.ts'
import { Layer, type LayerOptions } from './layer.ts'
import type { Keeps, Makes } from './shape-rules.ts'

export interface RescalingOptions extends LayerOptions {
  /** One number, or one for each element of the last axis. */
  scale: number | readonly number[]
  /** One number, or one for each element of the last axis. Default 0. */
  offset?: number | readonly number[]
}

export class Rescaling extends Layer {
  declare readonly type: 'rescaling'
  override readonly supportsMasking = true
  readonly scale: number | readonly number[]
  readonly offset: number | readonly number[]

  constructor(options: RescalingOptions) {
    super(options, 'rescaling')
    this.scale = this.#checked('scale', options.scale)
    this.offset = this.#checked('offset', options.offset ?? 0)
  }

  #checked(option: string, x: number | readonly number[]): number | readonly number[] {
    if (!Array.isArray(x)) return finite(subjectOf(this), option, x as number)
    if (x.length > 0 && x.every(Number.isFinite)) return x
    throw badArgument(subjectOf(this), option, x, 'a finite number or an array of them')
  }

  #operand(x: number | readonly number[], input: SymbolicTensor): Operand {
    if (typeof x === 'number') return x
    expectLastAxis(this, x.length, input.shape)
    return input.graph.constant(Float32Array.from(x))
  }

  /** x: [B, ...] → x·scale + offset: [B, ...] */
  call(x: SymbolicTensor): SymbolicTensor {
    return ops.mulAdd(asFloat(x), this.#operand(this.scale, x), this.#operand(this.offset, x))
  }

  config() {
    const copy = (x: number | readonly number[]) => (typeof x === 'number' ? x : [...x])
    return { scale: copy(this.scale), offset: copy(this.offset) }
  }
}

/** x·scale + offset; int32 inputs become float32: `rescaling({ scale: 1 / 255 })` for pixels. */
export const rescaling: Makes<Rescaling, RescalingOptions, Keeps> = (options) =>
  new Rescaling(options)
