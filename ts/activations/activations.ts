// The activation functions by Keras's names and with Keras's defaults. Each is a function of a
// tensor; the strings that choose one are in `registry.ts`.

import { softmaxAlong } from '../composites.ts'
import type { SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'

/** x: [...] → y: [...] of the same shape. */
export type ActivationFunction = (x: SymbolicTensor) => SymbolicTensor

/** x */
export const linear = (x: SymbolicTensor): SymbolicTensor => x

/** max(x, 0) */
export const relu = (x: SymbolicTensor): SymbolicTensor => ops.relu(x)

/** x where x > 0, else `negativeSlope`·x. Default slope 0.2. */
export const leakyRelu = (
  x: SymbolicTensor,
  { negativeSlope = 0.2 }: { negativeSlope?: number } = {},
): SymbolicTensor => ops.leakyRelu(x, negativeSlope)

/** x where x > 0, else `alpha`·(exp(x) − 1). Default alpha 1. */
export const elu = (x: SymbolicTensor, { alpha = 1 }: { alpha?: number } = {}): SymbolicTensor =>
  ops.elu(x, alpha)

/** 1 / (1 + exp(−x)) */
export const sigmoid = (x: SymbolicTensor): SymbolicTensor => ops.sigmoid(x)

export const tanh = (x: SymbolicTensor): SymbolicTensor => ops.tanh(x)

/** exp(x) / Σ exp(x) along `axis`. Default axis −1, the last. */
export const softmax = (x: SymbolicTensor, { axis = -1 }: { axis?: number } = {}): SymbolicTensor =>
  softmaxAlong(x, axis)

/** log(1 + exp(x)) */
export const softplus = (x: SymbolicTensor): SymbolicTensor => ops.softplus(x)

/** x·Φ(x), Φ the normal distribution; by tanh when `approximate`. Default false. */
export const gelu = (
  x: SymbolicTensor,
  { approximate = false }: { approximate?: boolean } = {},
): SymbolicTensor => ops.gelu(x, approximate)

/** x·sigmoid(x), also called swish. */
export const silu = (x: SymbolicTensor): SymbolicTensor => ops.silu(x)
