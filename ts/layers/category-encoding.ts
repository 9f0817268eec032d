// The layer that makes one-hot, multi-hot or count rows of category numbers.

import { badArgument, positiveWhole } from '../checks.ts'
import { GradloomError } from '../errors.ts'
import type { SymbolicTensor } from '../graph.ts'
import { encode, type OutputMode, outputMode } from '../preprocessing/encode.ts'
import { flatten, type Nested } from '../preprocessing/nested.ts'
import type { Tensor } from '../tensor.ts'
import { asWhole, encoded } from './categories.ts'
import { subjectOf } from './expect.ts'
import { Layer, type LayerOptions } from './layer.ts'

export interface CategoryEncodingOptions extends LayerOptions {
  /** Categories: numbers go from 0 to `numTokens` − 1. */
  numTokens: number
  /** Default 'multiHot'. */
  outputMode?: 'oneHot' | 'multiHot' | 'count'
}

export class CategoryEncoding extends Layer {
  declare readonly type: 'categoryEncoding'
  readonly numTokens: number
  readonly outputMode: Exclude<OutputMode, 'int' | 'tfIdf'>

  constructor(options: CategoryEncodingOptions) {
    super(options, 'categoryEncoding')
    const subject = subjectOf(this)
    this.numTokens = positiveWhole(subject, 'numTokens', options.numTokens)
    const known = ['oneHot', 'multiHot', 'count'] as const
    this.outputMode = outputMode(subject, options.outputMode ?? 'multiHot', known)
  }

  /** x: [B, K] numbers → [B, numTokens] (`oneHot`: [B, K, numTokens]); others count for nothing. */
  call(x: SymbolicTensor): SymbolicTensor {
    return encoded(subjectOf(this), asWhole(x), this.outputMode, { depth: this.numTokens })
  }

  /** The same for numbers at hand, as in `Dataset.map`; others are an error. */
  transform(values: Nested<number> | Tensor): Tensor {
    const subject = subjectOf(this)
    const { flat, shape } = flatten<number>(subject, 'number', values)
    const odd = flat.find((v) => !(Number.isInteger(v) && v >= 0 && v < this.numTokens))
    if (odd !== undefined) {
      const { message } = badArgument(subject, 'a value', odd, `from 0 to ${this.numTokens - 1}`)
      throw new GradloomError('label-range', message)
    }
    const options = { mode: this.outputMode, depth: this.numTokens }
    return encode(subject, Int32Array.from(flat), shape, options)
  }

  config() {
    return { numTokens: this.numTokens, outputMode: this.outputMode }
  }
}

/** One-hot, multi-hot or count rows of category numbers. */
export const categoryEncoding = (options: CategoryEncodingOptions): CategoryEncoding =>
  new CategoryEncoding(options)
