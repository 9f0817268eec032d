// Texts to numbers of words: standardize, split, n-grams, look up. Tensors hold no strings, so this
// is no layer of a model: it works on the caller's side, in `Dataset.map` or by itself.

import { badArgument, numbers, positiveWhole } from '../checks.ts'
import { GradloomError } from '../errors.ts'
import type { Config } from '../layers/layer.ts'
import type { Tensor } from '../tensor.ts'
import { type OutputMode, outputMode } from './encode.ts'
import { Lookup } from './lookup.ts'
import { adaptTo, flatten } from './nested.ts'
import type { Strings } from './string-lookup.ts'

type Standardize = 'lower' | 'stripPunctuation' | 'lowerAndStripPunctuation'
type Split = 'whitespace' | 'character'

export interface TextVectorizationOptions {
  /** Most entries of the vocabulary, padding and unknown token included. Default: no limit. */
  maxTokens?: number | null
  /** Default 'lowerAndStripPunctuation'. A function cannot be saved. */
  standardize?: Standardize | ((text: string) => string) | null
  /** Default 'whitespace'; `null` for rows of words. A function cannot be saved. */
  split?: Split | ((text: string) => readonly string[]) | null
  /** Runs of so many words too: up to n, or of the lengths given. Default: single words. */
  ngrams?: number | readonly number[] | null
  /** Default 'int': numbers in order, 0 for padding and 1 for unknown words. */
  outputMode?: Exclude<OutputMode, 'oneHot'>
  /** Numbers a text, cut or filled up with 0. Default: as many as the longest has. */
  outputSequenceLength?: number | null
  /** Encodings have `maxTokens` columns even if the vocabulary is smaller. Default false. */
  padToMaxTokens?: boolean
  /** The words in order; without it call `adapt`. */
  vocabulary?: readonly string[] | null
  /** For a given vocabulary and `outputMode: 'tfIdf'`. */
  idfWeights?: readonly number[] | null
}

const PUNCTUATION = /[!"#$%&()*+,\-./:;<=>?@[\\\]^_`{|}~']/g

const STANDARDIZE: Record<Standardize, (text: string) => string> = {
  lower: (text) => text.toLowerCase(),
  stripPunctuation: (text) => text.replace(PUNCTUATION, ''),
  lowerAndStripPunctuation: (text) => text.toLowerCase().replace(PUNCTUATION, ''),
}

const SPLIT: Record<Split, (text: string) => readonly string[]> = {
  whitespace: (text) => text.split(/\s+/).filter(Boolean),
  character: (text) => [...text],
}

export class TextVectorization {
  readonly type = 'textVectorization'
  readonly #lookup: Lookup<string>
  readonly #length: number | null
  readonly #ngrams: readonly number[]
  readonly #options: TextVectorizationOptions
  readonly #standardize: ((text: string) => string) | null
  readonly #split: ((text: string) => readonly string[]) | null

  constructor(options: TextVectorizationOptions = {}) {
    const { standardize = 'lowerAndStripPunctuation', split = 'whitespace' } = options
    const { outputSequenceLength: length = null, ngrams = null } = options
    const mode = outputMode(this.type, options.outputMode ?? 'int', MODES_OF_TEXT)
    this.#options = { ...options, standardize, split }
    this.#standardize = this.#chosen('standardize', standardize, STANDARDIZE)
    this.#split = this.#chosen('split', split, SPLIT)
    this.#length = length === null ? null : positiveWhole(this.type, 'outputSequenceLength', length)
    if (length && mode !== 'int') {
      throw badArgument(
        this.type,
        'outputSequenceLength',
        length,
        "left out unless outputMode 'int'",
      )
    }
    const lengths = numbers(this.type, 'ngrams', ngrams ?? 1, positiveWhole)
    this.#ngrams =
      typeof ngrams === 'number' ? Array.from({ length: ngrams }, (_, i) => i + 1) : lengths
    this.#lookup = new Lookup(this.type, '[UNK]', { ...options, maskToken: '', outputMode: mode })
  }

  #chosen<T>(
    option: string,
    given: string | T | null,
    known: Readonly<Record<string, T>>,
  ): T | null {
    if (typeof given === 'function' || given === null) return given as T | null
    if (typeof given === 'string' && Object.hasOwn(known, given)) return known[given] as T
    throw badArgument(
      this.type,
      option,
      given,
      `${Object.keys(known).join(', ')}, a function or null`,
    )
  }

  /** Learns the vocabulary of texts; a promise for a stream of them. */
  adapt(data: AsyncIterable<Strings>): Promise<void>
  adapt(data: Strings): void
  adapt(data: Strings | AsyncIterable<Strings>): void | Promise<void> {
    if (this.#options.vocabulary) this.#lookup.adapt([])
    const [counts, documents] = [new Map<string, number>(), new Map<string, number>()]
    let rows = 0
    const learn = (batch: Strings): void => {
      for (const flat of this.#words(batch).rows) {
        this.#lookup.count({ flat, shape: [1, flat.length] }, counts, documents)
        rows++
      }
    }
    return adaptTo(data, learn, () => this.#lookup.learn(counts, documents, rows))
  }

  /** The words of each text. */
  #words(texts: Strings): { rows: string[][]; single: boolean } {
    const { flat, shape } = flatten<string>(this.type, 'string', texts)
    const plain = this.#standardize ? flat.map(this.#standardize) : flat
    const split = this.#split
    const width = (shape.length > 1 && shape.at(-1)) || 1
    if (shape.length > 2 || (split && width > 1)) {
      throw new GradloomError('shape', `${this.type}: takes [texts] or [texts, 1], not [${shape}]`)
    }
    const rows = split
      ? plain.map((text) => [...split(text)])
      : Array.from({ length: plain.length / width }, (_, i) =>
          plain.slice(i * width, (i + 1) * width),
        )
    return { rows: rows.map((row) => this.#grams(row)), single: shape.length === 0 }
  }

  #grams(words: string[]): string[] {
    if (this.#ngrams.length === 1 && this.#ngrams[0] === 1) return words
    return this.#ngrams.flatMap((n) =>
      Array.from({ length: Math.max(0, words.length - n + 1) }, (_, i) =>
        words.slice(i, i + n).join(' '),
      ),
    )
  }

  /** The words by number: padding '' and unknown '[UNK]' first, unless left out. */
  getVocabulary(includeSpecialTokens = true): string[] {
    return this.#lookup.vocabulary(includeSpecialTokens)
  }

  /** [N] texts → i32 [N, length], or an f32 encoding [N, words]; no first axis for one text. */
  call(texts: Strings): Tensor {
    const lookup = this.#lookup
    void lookup.tokens
    const { rows, single } = this.#words(texts)
    const length = this.#length ?? Math.max(0, ...rows.map((row) => row.length))
    const numbers = new Int32Array(rows.length * length).fill(lookup.mode === 'int' ? 0 : -1)
    rows.forEach((row, i) => {
      row.slice(0, length).forEach((word, j) => {
        numbers[i * length + j] = lookup.numberOf(word)
      })
    })
    return lookup.encodeNumbers(numbers, single ? [length] : [rows.length, length])
  }

  /** The options that make this again, with the vocabulary; functions cannot be saved. */
  config(): Config {
    const { standardize, split, ngrams = null } = this.#options
    const { maxTokens, outputMode, padToMaxTokens, vocabulary, idfWeights } = this.#lookup.config()
    if (typeof standardize === 'function' || typeof split === 'function') {
      throw new GradloomError(
        'unsupported',
        `${this.type}: standardize and split can be saved by name only, not as functions`,
      )
    }
    return {
      ...{
        standardize: standardize ?? null,
        split: split ?? null,
        ngrams: ngrams as number | null,
      },
      ...({ maxTokens, outputMode, padToMaxTokens, vocabulary, idfWeights } as Config),
      outputSequenceLength: this.#length,
    }
  }
}

const MODES_OF_TEXT: readonly OutputMode[] = ['int', 'multiHot', 'count', 'tfIdf']

/**
 * Texts to numbers of words: `const v = textVectorization({ outputSequenceLength: 20 })`,
 * `v.adapt(texts)`, then `v.call(texts)` is i32 [N, 20] for an embedding. Lower case is Unicode's.
 */
export const textVectorization = (options: TextVectorizationOptions = {}): TextVectorization =>
  new TextVectorization(options)
