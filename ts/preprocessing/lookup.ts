// What string and integer lookups share, as Keras's IndexLookup defines it: a vocabulary, given or
// learnt, and the number of each token. It holds no layer.

import { badArgument, finite, flag, list, numbers, positiveWhole, whole } from '../checks.ts'
import { GradloomError } from '../errors.ts'
import type { Config } from '../layers/layer.ts'
import type { Tensor } from '../tensor.ts'
import { encode, type OutputMode, outputMode } from './encode.ts'
import { hashBin } from './hash.ts'
import { adaptTo, type Flat, flatten, type Nested, nest } from './nested.ts'

export interface LookupOptions<T> {
  /** Most entries of the vocabulary, special tokens included. Default: no limit. */
  maxTokens?: number | null
  /** Numbers for tokens that are not in the vocabulary; with 0 they are an error. Default 1. */
  numOovIndices?: number
  /** The token that means "nothing here": number 0, or left out of encodings. Default: none. */
  maskToken?: T | null
  /** What unknown numbers become with `invert`. */
  oovToken?: T
  /** The tokens in order, with or without the special ones; without it call `adapt`. */
  vocabulary?: readonly T[] | null
  /** For a given vocabulary and `outputMode: 'tfIdf'`: one weight for each token of it. */
  idfWeights?: readonly number[] | null
  /** Numbers to tokens. Default false. */
  invert?: boolean
  /** Default 'int'. */
  outputMode?: OutputMode
  /** Encodings have `maxTokens` columns even if the vocabulary is smaller. Default false. */
  padToMaxTokens?: boolean
}

/** What a lookup takes: nested arrays, tensors or typed arrays. */
export type Tokens<T> = Nested<T> | Tensor | Int32Array | Float32Array

export class Lookup<T extends string | number> {
  readonly subject: string
  readonly kind: 'string' | 'number'
  readonly maxTokens: number | null
  readonly oov: number
  readonly mask: T | null
  readonly oovToken: T
  readonly invert: boolean
  readonly mode: OutputMode
  readonly pad: boolean
  readonly #given: boolean
  #tokens: readonly T[] | undefined
  #numbers: ReadonlyMap<T, number> = new Map()
  #idf: readonly number[] | undefined

  constructor(subject: string, oovToken: T, options: LookupOptions<T>) {
    const { maxTokens = null, vocabulary, invert = false } = options
    const idf = options.idfWeights ?? null
    const idfWeights = idf === null ? undefined : numbers(subject, 'idfWeights', idf, finite)
    this.subject = subject
    this.kind = typeof oovToken as 'string' | 'number'
    this.maxTokens = maxTokens === null ? null : positiveWhole(subject, 'maxTokens', maxTokens)
    this.oov = whole(subject, 'numOovIndices', options.numOovIndices ?? 1)
    this.mask = options.maskToken ?? null
    this.oovToken = options.oovToken ?? oovToken
    this.invert = flag(subject, 'invert', invert)
    this.mode = outputMode(subject, options.outputMode ?? 'int')
    this.pad = flag(subject, 'padToMaxTokens', options.padToMaxTokens ?? false)
    if (invert && this.mode !== 'int') {
      throw badArgument(subject, 'outputMode', this.mode, "'int' with invert")
    }
    if (this.pad && !maxTokens) {
      throw badArgument(subject, 'maxTokens', maxTokens, 'given with padToMaxTokens')
    }
    const known = vocabulary ?? null
    this.#given = known !== null
    for (const [option, token] of Object.entries({
      maskToken: this.mask,
      oovToken: this.oovToken,
    })) {
      const fits = token === null || (typeof token === this.kind && !Number.isNaN(token))
      if (!fits) throw badArgument(subject, option, token, `a ${this.kind}`)
    }
    if (known !== null) {
      this.#setVocabulary(list(subject, 'vocabulary', known), idfWeights)
    }
  }

  /** Mask and unknown tokens, which come first. */
  get #special(): T[] {
    const mask = this.mask !== null && this.mode === 'int' ? [this.mask] : []
    return [...mask, ...Array<T>(this.oov).fill(this.oovToken)]
  }

  get start(): number {
    return this.#special.length
  }

  /** The number of the first unknown token. */
  get oovStart(): number {
    return this.start - this.oov
  }

  #setVocabulary(given: readonly T[], idf: readonly number[] | undefined): void {
    const special = this.#special
    const hasSpecial = special.length > 0 && special.every((token, i) => token === given[i])
    const tokens = hasSpecial ? given.slice(special.length) : given
    const numbers = new Map(tokens.map((token, i) => [token, i + special.length]))
    const strange = tokens.filter((token) => typeof token !== this.kind)
    const twice = numbers.size < tokens.length ? tokens.filter((t, i) => tokens.indexOf(t) < i) : []
    for (const token of [...strange, ...twice]) {
      throw badArgument(this.subject, 'vocabulary', token, `different ${this.kind}s`)
    }
    if (tokens.length === 0) {
      throw badArgument(this.subject, 'vocabulary', given, 'one token at least beside the special')
    }
    const clash = [this.mask, this.oovToken].find((t) => t !== null && numbers.has(t))
    if (clash !== undefined) {
      throw badArgument(this.subject, 'vocabulary', clash, 'free of the mask and unknown tokens')
    }
    if (this.maxTokens && tokens.length + special.length > this.maxTokens) {
      const all = tokens.length + special.length
      throw badArgument(this.subject, 'vocabulary', all, `at most ${this.maxTokens} tokens`)
    }
    if (this.mode === 'tfIdf') this.#setIdf(given, tokens, idf)
    this.#tokens = [...tokens]
    this.#numbers = numbers
  }

  /** Unknown tokens have the mean weight. */
  #setIdf(given: readonly T[], tokens: readonly T[], idf: readonly number[] | undefined): void {
    if (idf?.length !== given.length) {
      const wanted = `${given.length} numbers, one for each token, with outputMode 'tfIdf'`
      throw badArgument(this.subject, 'idfWeights', idf, wanted)
    }
    const own = idf.slice(idf.length - tokens.length)
    const mean = own.reduce((a, b) => a + b, 0) / own.length
    this.#idf = [...Array<number>(this.start).fill(mean), ...own]
  }

  /** Counts tokens: the most frequent come first, among equals the last in order. */
  adapt(data: Tokens<T> | AsyncIterable<Tokens<T>>): void | Promise<void> {
    if (this.#given) {
      throw new GradloomError(
        'argument',
        `${this.subject}: has a vocabulary; leave it out to adapt`,
      )
    }
    const counts = new Map<T, number>()
    const documents = new Map<T, number>()
    let rows = 0
    const learn = (batch: Tokens<T>): void => {
      const { flat, shape } = this.flatten(batch)
      rows += this.count({ flat, shape }, counts, documents)
    }
    return adaptTo(data, learn, () => this.learn(counts, documents, rows))
  }

  /** Adds up tokens, and the rows that have them; the number of rows. */
  count({ flat, shape }: Flat<T>, counts: Map<T, number>, documents: Map<T, number>): number {
    const width = (shape.length > 1 && shape.at(-1)) || 1
    for (const token of flat) counts.set(token, (counts.get(token) ?? 0) + 1)
    for (let i = 0; i < flat.length; i += width) {
      for (const token of new Set(flat.slice(i, i + width))) {
        documents.set(token, (documents.get(token) ?? 0) + 1)
      }
    }
    return flat.length / width
  }

  /** Makes the vocabulary of counts. */
  learn(counts: Map<T, number>, documents: Map<T, number>, rows: number): void {
    if (counts.size === 0) {
      throw new GradloomError('empty-data', `${this.subject}: adapt was given no tokens`)
    }
    counts.delete(this.oovToken)
    if (this.mask !== null) counts.delete(this.mask)
    const order = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? 1 : -1))
    const room = this.maxTokens ? this.maxTokens - this.start : order.length
    const tokens = order.slice(0, Math.max(0, room)).map(([token]) => token)
    // log(1 + rows / (1 + rows with the token)), as Keras has it
    const idf = tokens.map((token) => Math.log1p(rows / (1 + (documents.get(token) ?? 0))))
    this.#setVocabulary(tokens, idf)
  }

  flatten(values: Tokens<T>): Flat<T> {
    return flatten<T>(this.subject, this.kind, values as Nested<T>)
  }

  get tokens(): readonly T[] {
    if (this.#tokens) return this.#tokens
    throw new GradloomError(
      'not-built',
      `${this.subject}: has no vocabulary; call adapt or give one`,
    )
  }

  /** The tokens by number. */
  vocabulary(includeSpecialTokens = true): T[] {
    return [...(includeSpecialTokens ? this.#special : []), ...this.tokens]
  }

  /** Columns of an encoding. */
  get depth(): number {
    return this.pad ? (this.maxTokens as number) : this.start + this.tokens.length
  }

  /** The number of a token; −1 where it counts for nothing. */
  numberOf(token: T): number {
    if (token === this.mask) return this.mode === 'int' ? 0 : -1
    const number = this.#numbers.get(token)
    if (number !== undefined) return number
    if (this.oov === 0) {
      throw new GradloomError(
        'argument',
        `${this.subject}: ${JSON.stringify(token)} is not in the vocabulary; with ` +
          'numOovIndices 1 it would be an unknown token',
      )
    }
    if (this.oov === 1) return this.oovStart
    const bin =
      typeof token === 'number'
        ? ((token % this.oov) + this.oov) % this.oov
        : hashBin(token, this.oov)
    return this.oovStart + bin
  }

  encode({ flat, shape }: Flat<T>): Tensor {
    void this.tokens
    const numbers = Int32Array.from(flat, (token) => this.numberOf(token))
    return this.encodeNumbers(numbers, shape)
  }

  encodeNumbers(numbers: Int32Array, shape: readonly number[]): Tensor {
    const { mode, depth } = this
    const weights = mode === 'tfIdf' ? this.weights : undefined
    return encode(this.subject, numbers, shape, { mode, depth, ...(weights && { weights }) })
  }

  /** One for each column; 0 for those that no token has. */
  get weights(): Float32Array {
    const padded = new Float32Array(this.depth)
    padded.set(this.#idf ?? [])
    return padded
  }

  /** Numbers to tokens, in the same nesting. */
  tokensOf(numbers: Nested<number> | Tensor): Nested<T> {
    const { flat, shape } = flatten<number>(this.subject, 'number', numbers)
    const all = this.vocabulary()
    return nest(
      flat.map((n) => all[n] ?? this.oovToken),
      shape,
    )
  }

  config(): Config {
    const idf = this.#idf?.slice(this.start)
    return {
      maxTokens: this.maxTokens,
      numOovIndices: this.oov,
      maskToken: this.mask,
      oovToken: this.oovToken,
      vocabulary: this.#tokens ? [...this.#tokens] : null,
      idfWeights: idf ?? null,
      invert: this.invert,
      outputMode: this.mode,
      padToMaxTokens: this.pad,
    }
  }
}
