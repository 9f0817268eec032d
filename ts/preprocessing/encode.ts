// Category numbers as one-hot, multi-hot or counts, on the caller's side, as Keras's layers for
// categories define them.

import { badArgument } from '../checks.ts'
import { GradloomError } from '../errors.ts'
import { type Shape, showShape, sizeOf } from '../shape.ts'
import { Tensor } from '../tensor.ts'

/**
 * `int`: the numbers; `oneHot`: a new last axis; `multiHot`, `count`: one row of all categories a
 * sample; `tfIdf`: counts times the weights of rare words.
 */
export type OutputMode = 'int' | 'oneHot' | 'multiHot' | 'count' | 'tfIdf'

export const MODES: readonly OutputMode[] = ['int', 'oneHot', 'multiHot', 'count', 'tfIdf']

export const outputMode = <M extends OutputMode>(
  subject: string,
  mode: M,
  known: readonly OutputMode[] = MODES,
): M => {
  if (known.includes(mode)) return mode
  throw badArgument(subject, 'outputMode', mode, `one of ${known.join(', ')}`)
}

/**
 * Shape of the encoded numbers. A last axis of 1 is dropped for `oneHot`; `multiHot`, `count` and
 * `tfIdf` make [depth] of [K] and [B, depth] of [B, K]. A single number gives [depth] always.
 */
export const encodedShape = (
  subject: string,
  shape: Shape,
  mode: OutputMode,
  depth: number,
): Shape => {
  if (mode === 'int') return shape
  if (mode === 'oneHot') {
    return [...(shape.length > 1 && shape.at(-1) === 1 ? shape.slice(0, -1) : shape), depth]
  }
  if (shape.length <= 2) return [...shape.slice(0, -1), depth]
  throw new GradloomError(
    'shape',
    `${subject}: outputMode '${mode}' takes [batch, values], was given ${showShape(shape)}`,
  )
}

/** numbers: flat, of shape `shape`; those below 0 are left out. */
export const encode = (
  subject: string,
  numbers: Int32Array,
  shape: Shape,
  { mode, depth, weights }: { mode: OutputMode; depth: number; weights?: ArrayLike<number> },
): Tensor => {
  if (mode === 'int') return new Tensor(numbers, shape)
  const wanted = encodedShape(subject, shape, mode, depth)
  const perRow = mode === 'oneHot' ? 1 : (shape.at(-1) ?? 1)
  const out = new Float32Array(sizeOf(wanted))
  numbers.forEach((number, i) => {
    if (number < 0) return
    const at = Math.floor(i / perRow) * depth + number
    if (mode === 'oneHot' || mode === 'multiHot') out[at] = 1
    else out[at] = (out[at] as number) + 1
  })
  const weighted = weights ? out.map((n, i) => n * (weights[i % depth] as number)) : out
  return new Tensor(weighted, wanted)
}
