// The layer that only says what the samples look like.

import { badArgument, sizes } from '../checks.ts'
import type { SymbolicTensor } from '../graph.ts'
import type { Dtype, Shape } from '../shape.ts'
import { expectShape, subjectOf } from './expect.ts'
import { type Config, Layer } from './layer.ts'
import type { Becomes, Shaped } from './shape-rules.ts'

export interface InputOptions {
  /** Shape of one sample, without the batch axis. */
  shape: readonly number[]
  /** Default `'float32'`. */
  dtype?: Dtype
  /** Unique within the model; by default the type and a number. */
  name?: string
}

export class Input extends Layer {
  declare readonly type: 'input'
  override readonly supportsMasking = true
  readonly shape: readonly number[]
  readonly dtype: Dtype

  constructor({ shape, dtype = 'float32', ...options }: InputOptions) {
    super({ ...options, inputShape: sizes('input', 'shape', shape) }, 'input')
    const subject = subjectOf(this)
    this.shape = shape
    if (dtype !== 'float32' && dtype !== 'int32') {
      throw badArgument(subject, 'dtype', dtype, "'float32' or 'int32'")
    }
    this.dtype = dtype
  }

  /** x: [B, ...shape] → x */
  call(x: SymbolicTensor): SymbolicTensor {
    expectShape(this, [null, ...this.shape], x.shape)
    return x
  }

  config() {
    return { shape: [...this.shape], dtype: this.dtype }
  }

  override fullConfig(): Config {
    return { name: this.name, ...this.config() }
  }
}

/**
 * Says what the samples look like: the first layer of a model whose other layers have no
 * `inputShape`.
 */
export const input = <const S extends Shape>(
  options: InputOptions & { shape: S },
): Shaped<Input, Becomes<S>, S> => new Input(options)
