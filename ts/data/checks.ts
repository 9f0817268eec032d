// What `fit`, `evaluate` and `predict` check of the numbers they are given, before any work starts.
// Every error names the layer or the argument, the shapes, the sample and the fix.

import { GradloomError } from '../errors.ts'
import { type BatchShape, type Dtype, type Shape, showShape, sizeOf } from '../shape.ts'
import { asTensor, type Tensor, type TensorLike } from '../tensor.ts'

const fits = (shape: Shape, wanted: BatchShape): boolean =>
  shape.length === wanted.length && wanted.every((d, i) => d === null || d === shape[i])

/** Advice for data of `shape` that should be [batch, ...sample]. */
const fixFor = (shape: Shape, sample: BatchShape): string => {
  if (fits(shape, sample)) return 'add the batch axis: a single sample is a batch of one'
  const known = sample.every((d) => d !== null)
  if (known && sizeOf(shape.slice(1)) === sizeOf(sample as Shape)) {
    return `reshape the data to ${showShape([shape[0] ?? 1, ...sample])}`
  }
  return "change the data or the layer's inputShape"
}

/**
 * `x` as a tensor that `layerName` can take. x: [B, ...inputShape]; `inputShape` is that of one
 * sample, `null` where any size will do.
 */
export const checkData = <D extends Dtype = 'float32'>(
  x: TensorLike,
  inputShape: BatchShape,
  layerName: string,
  dtype: D = 'float32' as D,
): Tensor<D> => {
  const given = asTensor(x, dtype)
  if (!fits(given.shape, [null, ...inputShape])) {
    throw new GradloomError(
      'shape',
      `${layerName}: expects data of shape ${showShape([null, ...inputShape])}, ` +
        `was given ${showShape(given.shape)}; ${fixFor(given.shape, inputShape)}`,
      { subject: layerName },
    )
  }
  return given
}

/** At least one sample. */
export const checkNotEmpty = (x: Tensor, name: string): void => {
  if ((x.shape[0] ?? 1) > 0) return
  throw new GradloomError(
    'empty-data',
    `${name}: ${showShape(x.shape)} holds no samples; at least one is needed`,
    { subject: name },
  )
}

/** As many labels and weights as samples. */
export const checkLengths = (parts: Readonly<Record<string, Tensor | undefined>>): void => {
  const given = Object.entries(parts).filter((part): part is [string, Tensor] => !!part[1])
  const [first, ...rest] = given
  for (const [name, tensor] of rest) {
    if (!first || tensor.shape[0] === first[1].shape[0]) continue
    throw new GradloomError(
      'shape',
      `${name}: ${tensor.shape[0] ?? 'no'} samples in ${showShape(tensor.shape)}, ` +
        `but ${first[0]} has ${first[1].shape[0] ?? 'none'} in ${showShape(first[1].shape)}; ` +
        'both need one entry a sample',
      { subject: name },
    )
  }
}

/** Position of a flat index, as in `[12, 5]`. */
const position = (index: number, shape: Shape): number[] => {
  let rest = index
  return shape.map((_, axis) => {
    const inner = sizeOf(shape.slice(axis + 1))
    const i = Math.floor(rest / inner)
    rest -= i * inner
    return i
  })
}

/** Flat index of the first NaN or infinity; -1 if there is none. */
export const findNonFinite = (x: Tensor): number =>
  x.dtype === 'int32' ? -1 : (x.elements as Float32Array).findIndex((v) => !Number.isFinite(v))

/** No NaN, no infinity. */
export const checkFinite = (x: Tensor, name: string): void => {
  const index = findNonFinite(x)
  if (index < 0) return
  const where = position(index, x.shape)
  throw new GradloomError(
    'non-finite',
    `${name}: sample ${where[0] ?? 0} holds ${x.elements[index]} at [${where.join(', ')}] of ` +
      `${showShape(x.shape)}; clean the data before training`,
    { subject: name },
  )
}

/** Class numbers within `0..classes`, or `ignored`. y: [B, ...] */
export const checkLabels = (
  y: Tensor,
  classes: number,
  name = 'y',
  ignored?: number | null,
): void => {
  const labels = y.elements
  const fits = (v: number) => (Number.isInteger(v) && v >= 0 && v < classes) || v === ignored
  const index = labels.findIndex((v: number) => !fits(v))
  if (index < 0) return
  throw new GradloomError(
    'label-range',
    `${name}: sample ${position(index, y.shape)[0] ?? 0} has the label ${labels[index]}, ` +
      `but labels go from 0 to ${classes - 1} with ${classes} classes; ` +
      'correct the labels or the number of units',
    { subject: name },
  )
}
