// A table with a row for each token: whole numbers become vectors.

import { flag, positiveWhole } from '../checks.ts'
import { asFloat } from '../composites/common.ts'
import type { SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import { type Shape, sizeOf } from '../shape.ts'
import type { Variable } from '../variable.ts'
import { built, subjectOf } from './expect.ts'
import { type Config, Layer, type LayerOptions, type Mask, type Pass } from './layer.ts'
import type { Appends, Given, Shaped } from './shape-rules.ts'
import { type WeightSpecOptions, WeightSpecs } from './weight-specs.ts'

/** By default the embeddings begin `'randomUniform'`. */
export interface EmbeddingOptions extends LayerOptions, WeightSpecOptions<'embeddings'> {
  /** Number of tokens: they are 0 … inputDim − 1. */
  inputDim: number
  /** Size of a vector. */
  outputDim: number
  /** Token 0 is padding: the layers behind this one skip it. Default false. */
  maskZero?: boolean
  /**
   * Whether a training step changes, and costs, only the rows of the tokens in the batch. Momentum,
   * means and decay of the others then stand still (as in PyTorch; Keras lets them go on). Tables
   * with a regularizer or a constraint, looked up twice, or under an optimizer that sums or
   * averages over steps, are updated whole, and so are those of a batch in shards. Default false.
   */
  sparse?: boolean
}

export class Embedding extends Layer {
  declare readonly type: 'embedding'
  readonly inputDim: number
  readonly outputDim: number
  readonly maskZero: boolean
  readonly sparse: boolean
  override readonly supportsMasking: boolean
  readonly #weights: WeightSpecs<'embeddings'>
  #embeddings: Variable | undefined

  constructor(options: EmbeddingOptions) {
    super(options, 'embedding')
    const subject = subjectOf(this)
    this.inputDim = positiveWhole(subject, 'inputDim', options.inputDim)
    this.outputDim = positiveWhole(subject, 'outputDim', options.outputDim)
    this.maskZero = flag(subject, 'maskZero', options.maskZero ?? false)
    this.sparse = flag(subject, 'sparse', options.sparse ?? false)
    this.supportsMasking = this.maskZero
    this.#weights = new WeightSpecs(subject, options, { embeddings: 'randomUniform' })
  }

  override build(): void {
    const shape = [this.inputDim, this.outputDim]
    this.#embeddings = this.addWeight({
      name: 'embeddings',
      shape,
      sparse: this.sparse,
      ...this.#weights.of('embeddings'),
    })
  }

  /** x: [B, ...] → y: [B, ..., outputDim]; NaN for a token that the table does not have. */
  call(x: SymbolicTensor, pass: Pass): SymbolicTensor {
    const table = built(this, this.#embeddings)
    const tokens = x.dtype === 'int32' ? x : ops.castI32(x)
    const idx = ops.reshape(tokens, [sizeOf(x.shape)])
    const rows = pass.rows?.(table, idx) ?? ops.gatherRows(pass.read(table), idx)
    return ops.reshape(rows, [...x.shape, this.outputDim])
  }

  /** 1 where the token is not 0. */
  override computeMask(x: SymbolicTensor): Mask {
    return this.maskZero ? ops.sub(1, ops.equal(asFloat(x), 0)) : undefined
  }

  config(): Config {
    const { inputDim, outputDim, maskZero, sparse } = this
    return {
      inputDim,
      outputDim,
      maskZero,
      ...(sparse ? { sparse } : {}),
      ...this.#weights.config(),
    }
  }
}

/** Vectors of tokens: x: i32 [B, ...] (f32 is taken too) → y: [B, ..., outputDim]. */
export const embedding = <const D extends number, const S extends Shape = Shape>(
  options: Given<EmbeddingOptions, S> & { outputDim: D },
): Shaped<Embedding, Appends<D>, S> => new Embedding(options)
