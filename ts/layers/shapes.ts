// Small layers that move axes or repeat, pass their input on, or only add to the loss.

import { badArgument, list, notNegative, positiveWhole } from '../checks.ts'
import { sumAll } from '../composites/common.ts'
import type { SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import type { Shape } from '../shape.ts'
import type { LayerOptions } from './layer.ts'
import { type PlainCall, PlainLayer } from './plain.ts'
import type { Given, Keeps, Makes, MakesPlain, Permutes, Repeats, Shaped } from './shape-rules.ts'

export interface PermuteOptions extends LayerOptions {
  /**
   * Axis i of a sample becomes that which was axis `dims[i]`; counted from 1, without the batch.
   */
  dims: readonly number[]
}

/** Samples with their axes in another order: `permute({ dims: [2, 1] })`. */
export const permute: Makes<PlainLayer, PermuteOptions, Permutes> = (options) => {
  const dims = [...list(options.name || 'permute', 'dims', options.dims)]
  if (![...dims].sort((a, b) => a - b).every((d, i) => d === i + 1)) {
    throw badArgument(
      options.name || 'permute',
      'dims',
      dims,
      'the numbers from 1 on, in any order',
    )
  }
  const call: PlainCall<SymbolicTensor> = (x, _, layer) => {
    if (x.shape.length === dims.length + 1) return ops.transpose(x, [0, ...dims])
    throw layer.wrong(
      `dims [${dims}] need an input of rank ${dims.length + 1}, not of shape [${x.shape}].`,
    )
  }
  return new PlainLayer('permute', options, { dims }, call, false)
}

export interface RepeatVectorOptions extends LayerOptions {
  /** How often. */
  n: number
}

/** x: [B, features] → [B, n, features] */
export const repeatVector = <const N extends number, const S extends Shape = Shape>(
  options: Given<RepeatVectorOptions, S> & { n: N },
): Shaped<PlainLayer, Repeats<N>, S> => {
  const n = positiveWhole(options.name || 'repeatVector', 'n', options.n)
  const call: PlainCall<SymbolicTensor> = (x, _, layer) => {
    const [b, d] = x.shape as [number, number]
    if (x.shape.length !== 2) {
      throw layer.wrong(`expected an input of shape [batch, features], not [${x.shape}].`)
    }
    return ops.broadcastTo(ops.reshape(x, [b, 1, d]), [b, n, d])
  }
  return new PlainLayer('repeatVector', options, { n }, call, false)
}

/** The input as it is. */
export const identity: MakesPlain<PlainLayer, LayerOptions, Keeps> = (options = {}) =>
  new PlainLayer('identity', options, {}, (x) => x)

export interface ActivityRegularizationOptions extends LayerOptions {
  /** Factor of Σ |x|. Default 0. */
  l1?: number
  /** Factor of Σ x². Default 0. */
  l2?: number
}

/** The input as it is; the loss gains (l1·Σ |x| + l2·Σ x²) / batch size. */
export const activityRegularization: MakesPlain<
  PlainLayer,
  ActivityRegularizationOptions,
  Keeps
> = (options = {}) => {
  const subject = options.name || 'activityRegularization'
  const l1 = notNegative(subject, 'l1', options.l1 ?? 0)
  const l2 = notNegative(subject, 'l2', options.l2 ?? 0)
  return new PlainLayer('activityRegularization', options, { l1, l2 }, (x, pass) => {
    const size = ops.mulAdd(sumAll(ops.square(x)), l2, ops.mul(sumAll(ops.abs(x)), l1))
    pass.addLoss(ops.div(size, x.shape[0] ?? 1))
    return x
  })
}
