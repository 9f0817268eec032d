// Strings or numbers to a fixed number of bins, without a vocabulary. It works on the caller's side
// (tensors hold no strings). The hash is our own, see `hash.ts`: bins differ from TensorFlow's.

import { badArgument, positiveWhole, whole } from '../checks.ts'
import type { Config } from '../layers/layer.ts'
import type { Tensor } from '../tensor.ts'
import { encode, type OutputMode, outputMode } from './encode.ts'
import { hashBin } from './hash.ts'
import { flatten, type Nested } from './nested.ts'

export interface HashingOptions {
  /** Number of bins, with that of the mask. */
  numBins: number
  /** The value that alone goes to bin 0; all others go to 1, 2, … Default: none. */
  maskValue?: string | number | null
  /** Another salt gives other bins. Default 0. */
  salt?: number
  /** Default 'int'. */
  outputMode?: Exclude<OutputMode, 'tfIdf'>
}

export class Hashing {
  readonly type = 'hashing'
  readonly #options: Required<HashingOptions>

  constructor(options: HashingOptions) {
    const { numBins, maskValue = null, salt = 0, outputMode: mode = 'int' } = options
    positiveWhole(this.type, 'numBins', numBins)
    whole(this.type, 'salt', salt)
    outputMode(this.type, mode, ['int', 'oneHot', 'multiHot', 'count'])
    if (!['string', 'number'].includes(typeof (maskValue ?? 0))) {
      throw badArgument(this.type, 'maskValue', maskValue, 'a string or a number')
    }
    if (maskValue !== null && numBins < 2) {
      throw badArgument(this.type, 'numBins', numBins, '2 or more with a maskValue')
    }
    this.#options = { numBins, maskValue, salt, outputMode: mode }
  }

  /** Values → i32 bins of the same shape, or an f32 encoding by `outputMode`. */
  call(values: Nested<string | number> | Tensor): Tensor {
    const { numBins, maskValue, salt, outputMode } = this.#options
    const { flat, shape } = flatten<string | number>(this.type, 'any', values)
    const first = maskValue === null ? 0 : 1
    const bin = (value: string | number): number =>
      value === maskValue ? 0 : first + hashBin(value, numBins - first, salt)
    const bins = Int32Array.from(flat as unknown as number[], bin)
    return encode(this.type, bins, shape, { mode: outputMode, depth: numBins })
  }

  config(): Config {
    return { ...this.#options }
  }
}

/** Bins for values without a vocabulary: `hashing({ numBins: 100 }).call(['a', 'b'])`. */
export const hashing = (options: HashingOptions): Hashing => new Hashing(options)
