// The layer that is a plain function of tensors. It has no weights, and no file can hold it.

import { callable } from '../checks.ts'
import { GradloomError } from '../errors.ts'
import type { SymbolicTensor } from '../graph.ts'
import { subjectOf } from './expect.ts'
import { type Config, Layer, type LayerOptions, type Pass, type Tensors } from './layer.ts'

/** x: [B, ...] (or a list) → y: [B, ...] (or a list), by ops. */
export type LambdaFunction<In extends Tensors, Out extends Tensors> = (x: In, pass: Pass) => Out

export class Lambda<In extends Tensors, Out extends Tensors> extends Layer<In, Out> {
  declare readonly type: 'lambda'
  readonly #body: LambdaFunction<In, Out>

  constructor(body: LambdaFunction<In, Out>, options: LayerOptions = {}) {
    super(options, 'lambda')
    this.#body = callable(subjectOf(this), 'its body', body)
  }

  call(x: In, pass: Pass): Out {
    return this.#body(x, pass)
  }

  config(): Config {
    throw new GradloomError(
      'unsupported',
      `${subjectOf(this)}: a file cannot hold a function; write a class that extends Layer and ` +
        'call registerLayer(type, make).',
      { subject: this.name },
    )
  }
}

/**
 * A layer of a function of tensors: `lambda((x) => ops.square(x))`; of several inputs where it is
 * applied to an array: `lambda(([a, b]) => ops.add(a, b)).apply([x, y])`.
 */
export const lambda = <In extends Tensors = SymbolicTensor, Out extends Tensors = SymbolicTensor>(
  body: LambdaFunction<In, Out>,
  options: LayerOptions = {},
): Lambda<In, Out> => new Lambda(body, options)
