// The layer that numbers integers by a vocabulary, given or learnt by `adapt`. Unlike the lookup of
// strings it also works inside a model.

import { badArgument } from '../checks.ts'
import { GradloomError } from '../errors.ts'
import type { SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import { Lookup, type LookupOptions, type Tokens } from '../preprocessing/lookup.ts'
import type { Nested } from '../preprocessing/nested.ts'
import { Tensor } from '../tensor.ts'
import { asWhole, encoded, lookUp, searchSorted } from './categories.ts'
import { subjectOf } from './expect.ts'
import { type Config, Layer, type LayerOptions } from './layer.ts'

export interface IntegerLookupOptions extends LayerOptions, LookupOptions<number> {}

export class IntegerLookup extends Layer {
  declare readonly type: 'integerLookup'
  readonly #lookup: Lookup<number>
  #used = false

  constructor(options: IntegerLookupOptions = {}) {
    super(options, 'integerLookup')
    this.#lookup = new Lookup(subjectOf(this), -1, options)
  }

  /** Learns the vocabulary; a promise for a stream. Before the model that holds the layer runs. */
  adapt(data: AsyncIterable<Tokens<number>>): Promise<void>
  adapt(data: Tokens<number>): void
  adapt(data: Tokens<number> | AsyncIterable<Tokens<number>>): void | Promise<void> {
    if (!this.#used) return this.#lookup.adapt(data)
    const problem = 'cannot adapt, a model uses it already'
    throw new GradloomError('argument', `${subjectOf(this)}: ${problem}`)
  }

  /** The integers by number; mask and unknown token first, unless left out. */
  getVocabulary(includeSpecialTokens = true): number[] {
    return this.#lookup.vocabulary(includeSpecialTokens)
  }

  /** x: [B, ...] integers → i32 [B, ...], or an f32 encoding by `outputMode`. */
  call(x: SymbolicTensor): SymbolicTensor {
    this.#used = true
    const lookup = this.#lookup
    const given = asWhole(x)
    if (lookup.invert) return this.#inverse(given)
    const numbers = this.#masked(given, this.#numbersOf(given))
    const { depth } = lookup
    const weights = lookup.mode === 'tfIdf' ? { weights: lookup.weights } : {}
    return encoded(subjectOf(this), numbers, lookup.mode, { depth, ...weights })
  }

  /** i32 [N] */
  #table({ graph }: SymbolicTensor, values: readonly number[]): SymbolicTensor {
    const odd = values.find((v) => v !== Math.trunc(v) || Math.abs(v) >= 2 ** 31)
    if (odd === undefined) return graph.constant(Int32Array.from(values))
    throw badArgument(subjectOf(this), 'vocabulary', odd, 'an int32 inside a model')
  }

  #numbersOf(x: SymbolicTensor): SymbolicTensor {
    const { tokens, start, oov, oovStart } = this.#lookup
    if (oov === 0) throw badArgument(subjectOf(this), 'numOovIndices', 0, '1 or more in a model')
    const order = tokens.map((token, i) => [token, start + i] as const)
    const sorted = order.sort(([a], [b]) => a - b)
    const values = sorted.map(([token]) => token)
    const table = this.#table(x, values)
    const place = ops.maximum(ops.sub(searchSorted(x, values), 1), 0)
    const known = ops.integer('equal', lookUp(table, place), x)
    const numbers = sorted.map(([, number]) => number)
    const unknown = ops.integer('add', ops.integer('mod', x, oov), oovStart)
    return ops.where(known, lookUp(this.#table(x, numbers), place), unknown)
  }

  #masked(x: SymbolicTensor, numbers: SymbolicTensor): SymbolicTensor {
    const { mask, mode } = this.#lookup
    if (mask === null) return numbers
    const none = x.graph.constant(Int32Array.of(mode === 'int' ? 0 : -1), [])
    return ops.where(ops.integer('equal', x, mask), none, numbers)
  }

  /** What is no number of the vocabulary is looked up behind its end. */
  #inverse(numbers: SymbolicTensor): SymbolicTensor {
    const all = this.getVocabulary()
    const end = numbers.graph.constant(Int32Array.of(all.length), [])
    const places = ops.where(ops.integer('less', numbers, 0), end, numbers)
    const table = this.#table(numbers, [...all, this.#lookup.oovToken])
    return lookUp(table, ops.integer('minimum', places, all.length))
  }

  /** The same for integers at hand, as in `Dataset.map`. */
  transform(values: Nested<number> | Tensor): Tensor {
    const lookup = this.#lookup
    const given = lookup.flatten(values)
    if (!lookup.invert) return lookup.encode(given)
    const tokens = lookup.tokensOf(given.flat) as number[]
    return new Tensor(Int32Array.from(tokens), given.shape)
  }

  config(): Config {
    return this.#lookup.config()
  }
}

/** Numbers for integers: `maskToken` 0, unknown integers next, then the vocabulary by frequency. */
export const integerLookup = (options: IntegerLookupOptions = {}): IntegerLookup =>
  new IntegerLookup(options)
