// Strings to numbers and back. Tensors hold no strings, so this is no layer of a model: it works on
// the caller's side, before `fit`, in `Dataset.map` or by itself.

import type { Config } from '../layers/layer.ts'
import type { Tensor } from '../tensor.ts'
import { Lookup, type LookupOptions } from './lookup.ts'
import type { Nested } from './nested.ts'

/** Strings in arrays, or batches of them one by one (a `Dataset` of strings). */
export type Strings = Nested<string>

export type StringLookupOptions = LookupOptions<string>

export class StringLookup {
  readonly type = 'stringLookup'
  readonly #lookup: Lookup<string>

  constructor(options: StringLookupOptions = {}) {
    this.#lookup = new Lookup(this.type, '[UNK]', options)
  }

  /** Learns the vocabulary; a promise for a stream. */
  adapt(data: AsyncIterable<Strings>): Promise<void>
  adapt(data: Strings): void
  adapt(data: Strings | AsyncIterable<Strings>): void | Promise<void> {
    return this.#lookup.adapt(data)
  }

  /** The tokens by number; mask and unknown token first, unless left out. */
  getVocabulary(includeSpecialTokens = true): string[] {
    return this.#lookup.vocabulary(includeSpecialTokens)
  }

  /** Strings → i32 of the same shape, or an f32 encoding by `outputMode`. */
  call(values: Strings): Tensor
  /** With `invert`: numbers → strings in the same nesting. */
  call(numbers: Nested<number> | Tensor): Strings
  call(values: Strings | Nested<number> | Tensor): Tensor | Strings {
    const lookup = this.#lookup
    if (lookup.invert) return lookup.tokensOf(values as Nested<number>)
    return lookup.encode(lookup.flatten(values as Strings))
  }

  /** The options that make this lookup again, with what it has learnt. */
  config(): Config {
    return this.#lookup.config()
  }
}

/**
 * Numbers for strings: `maskToken` 0, unknown strings next, then the vocabulary by frequency.
 * `stringLookup({ vocabulary: ['a', 'b'] }).call(['b', 'z'])` is i32 [2, 0].
 */
export const stringLookup = (options: StringLookupOptions = {}): StringLookup =>
  new StringLookup(options)
