// What the scalers share: they learn one shift and one scale a feature and apply (x - shift) /
// scale. Statistics are f64. To scale inside a saved model, use the `normalization` layer instead.

import { GradloomError } from '../errors.ts'
import { type Shape, showShape, sizeOf } from '../shape.ts'
import { asTensor, Tensor, type TensorLike } from '../tensor.ts'
import { checkFinite, checkNotEmpty } from './checks.ts'

/** x: [N, ...features] throughout; results are float32 of the same shape. */
export interface Scaler {
  /** Learns from `x`; forgets what it learnt before. */
  fit(x: TensorLike): Scaler
  transform(x: TensorLike): Tensor<'float32'>
  fitTransform(x: TensorLike): Tensor<'float32'>
  /** Undoes `transform`. */
  inverse(x: TensorLike): Tensor<'float32'>
  /** One number a feature, as learnt. */
  readonly shift: Float64Array
  readonly scale: Float64Array
}

export interface Affine {
  readonly shift: Float64Array
  readonly scale: Float64Array
}

/** Learns from x: [N, F] given flat. */
export type Learn = (x: ArrayLike<number>, samples: number, features: number) => Affine

export const makeScaler = (name: string, learn: Learn): Scaler => {
  let learnt: (Affine & { shape: Shape }) | undefined
  const fitted = (): Affine & { shape: Shape } => {
    if (learnt) return learnt
    throw new GradloomError('not-built', `${name}: call fit before transform or inverse`)
  }
  const scaler: Scaler = {
    fit(x) {
      const data = asTensor(x)
      checkNotEmpty(data, name)
      checkFinite(data, name)
      const [samples = 0, ...shape] = data.shape
      learnt = { ...learn(data.elements, samples, sizeOf(shape)), shape }
      return scaler
    },
    transform(x) {
      const { shift, scale, shape } = fitted()
      return each(name, x, shape, (v, j) => (v - (shift[j] as number)) / (scale[j] as number))
    },
    fitTransform(x) {
      return scaler.fit(x).transform(x)
    },
    inverse(x) {
      const { shift, scale, shape } = fitted()
      return each(name, x, shape, (v, j) => v * (scale[j] as number) + (shift[j] as number))
    },
    get shift() {
      return fitted().shift
    },
    get scale() {
      return fitted().scale
    },
  }
  return scaler
}

/** `call(value, feature)` for every element. */
const each = (
  name: string,
  x: TensorLike,
  shape: Shape,
  call: (v: number, feature: number) => number,
): Tensor<'float32'> => {
  const data = asTensor(x)
  if (data.shape.length !== shape.length + 1 || shape.some((d, i) => d !== data.shape[i + 1])) {
    throw new GradloomError(
      'shape',
      `${name}: fitted to ${showShape([null, ...shape])}, given ${showShape(data.shape)}`,
    )
  }
  const features = sizeOf(shape)
  const out = Float32Array.from(data.elements, (v, i) => call(v, i % features))
  return new Tensor(out, data.shape)
}
