// Lookups, hashing and text on the caller's side: what Keras's cases (ts/layers/categories.test.ts)
// do not show, and what is refused.

import { describe, expect, it } from 'vitest'
import { dataset } from '../data/pipeline.ts'
import type { Tensor } from '../tensor.ts'
import { refusal } from '../testing/refusal.ts'
import { hashBin } from './hash.ts'
import { hashing, stringLookup, textVectorization } from './index.ts'

const numbers = (x: Tensor) => [x.shape, [...x.elements]]
const given = { vocabulary: ['a', 'b', 'c'] }

describe('stringLookup', () => {
  it('learns from a dataset, and goes back and forth', async () => {
    const lookup = stringLookup()
    await lookup.adapt(dataset(['x', 'y', 'x', 'z', 'z', 'x']).batch(4))
    expect(lookup.getVocabulary()).toEqual(['[UNK]', 'x', 'z', 'y'])
    expect(lookup.getVocabulary(false)).toEqual(['x', 'z', 'y'])
    const back = stringLookup({ vocabulary: lookup.getVocabulary(), invert: true })
    expect(back.call(lookup.call([['x', 'y', 'q']]))).toEqual([['x', 'y', '[UNK]']])
    expect(back.call(99)).toBe('[UNK]')
  })

  it('spreads unknown strings over their places, always alike', () => {
    const lookup = stringLookup({ ...given, numOovIndices: 5, maskToken: '' })
    const words = Array.from({ length: 200 }, (_, i) => `word ${i}`)
    const found = [...lookup.call(words).elements]
    expect([...new Set(found)].sort()).toEqual([1, 2, 3, 4, 5])
    expect([...lookup.call(words).elements]).toEqual(found)
    expect(numbers(lookup.call(['', 'a']))).toEqual([[2], [0, 6]])
  })

  it('works in Dataset.map', async () => {
    const lookup = stringLookup(given)
    const made = dataset(['b', 'a', 'q'])
      .map((x) => ({ x: lookup.call([x]) }))
      .batch(3)
    const [batch] = await made.toArray()
    expect(numbers(batch?.x as Tensor)).toEqual([
      [3, 1],
      [2, 1, 0],
    ])
  })

  it.each<[string, () => unknown, Parameters<typeof refusal>]>([
    ['no vocabulary', () => stringLookup().call('a'), ['not-built', 'stringLookup', 'adapt']],
    ['adapt of a given one', () => stringLookup(given).adapt(['a']), ['argument', 'leave it out']],
    ['adapt without tokens', () => stringLookup().adapt([]), ['empty-data', 'no tokens']],
    [
      'an unknown string with no place',
      () => stringLookup({ ...given, numOovIndices: 0 }).call(['a', 'q']),
      ['argument', '"q"', 'numOovIndices 1'],
    ],
    ['numbers', () => stringLookup(given).call([1] as never), ['argument', 'takes strings', '1']],
    ['ragged rows', () => stringLookup(given).call([['a'], ['a', 'b']]), ['shape', '[2, 1]']],
    ['ragged depth', () => stringLookup(given).call([['a'], 'b']), ['shape', '[2, 1]']],
    ['no tokens', () => stringLookup({ vocabulary: [] }), ['argument', 'one token at least']],
    ['only the special', () => stringLookup({ vocabulary: ['[UNK]'] }), ['argument', 'one token']],
    ['the same twice', () => stringLookup({ vocabulary: ['a', 'a'] }), ['argument', "'a'"]],
    ['other kinds', () => stringLookup({ vocabulary: [1] as never }), ['argument', 'strings', '1']],
    [
      'the unknown token among others',
      () => stringLookup({ vocabulary: ['a', '[UNK]'] }),
      ['argument', '[UNK]'],
    ],
    ['too many', () => stringLookup({ ...given, maxTokens: 3 }), ['argument', 'at most 3', '4']],
    ['maxTokens', () => stringLookup({ maxTokens: 0.5 }), ['argument', 'maxTokens', '0.5']],
    ['oov', () => stringLookup({ numOovIndices: -1 }), ['argument', 'numOovIndices', '-1']],
    [
      'a mode',
      () => stringLookup({ outputMode: 'binary' as never }),
      ['argument', "'binary'", 'tfIdf'],
    ],
    [
      'invert of an encoding',
      () => stringLookup({ invert: true, outputMode: 'count' }),
      ['argument', 'outputMode', "'count'"],
    ],
    [
      'padding without a size',
      () => stringLookup({ padToMaxTokens: true }),
      ['argument', 'maxTokens'],
    ],
    [
      'missing weights',
      () => stringLookup({ ...given, outputMode: 'tfIdf' }),
      ['argument', 'idfWeights', '3 numbers'],
    ],
  ])('refuses %s', (_, call, expected) => {
    expect(call).toThrow(refusal(...expected))
  })
})

describe('hashing', () => {
  it('gives the same bins for ever', () => {
    expect(['', 'a', 'ä', 'gradloom', 42, '42'].map((v) => hashBin(v, 1000))).toEqual(BINS)
    expect(hashBin('a', 1000, 1)).not.toBe(hashBin('a', 1000))
  })

  it('fills bins evenly', () => {
    const words = Array.from({ length: 8000 }, (_, i) => `user ${i}`)
    const counts = hashing({ numBins: 8, outputMode: 'count' }).call(words)
    for (const n of counts.elements) expect(Math.abs(n - 1000)).toBeLessThan(150)
  })

  it('keeps bin 0 for the mask', () => {
    const layer = hashing({ numBins: 3, maskValue: '' })
    const bins = [...layer.call(['', 'a', 'b', 'c', 'd', 'e', 'f']).elements]
    expect(bins[0]).toBe(0)
    expect([...new Set(bins.slice(1))].sort()).toEqual([1, 2])
    expect(hashing(layer.config() as never).call(['a']).elements[0]).toBe(bins[1])
  })

  it('takes nested values and encodes them', () => {
    expect(
      hashing({ numBins: 4, outputMode: 'oneHot' }).call([
        [1, 2],
        [3, 4],
      ]).shape,
    ).toEqual([2, 2, 4])
  })

  it.each<[string, () => unknown, string[]]>([
    ['bins', () => hashing({ numBins: 0 }), ['numBins', '0']],
    ['one bin and a mask', () => hashing({ numBins: 1, maskValue: '' }), ['numBins', '2 or more']],
    ['a salt', () => hashing({ numBins: 2, salt: -1 }), ['salt', '-1']],
    ['a mode', () => hashing({ numBins: 2, outputMode: 'tfIdf' as never }), ["'tfIdf'"]],
    ['other values', () => hashing({ numBins: 2 }).call([null] as never), ['strings or numbers']],
  ])('refuses %s', (_, call, parts) => {
    expect(call).toThrow(refusal('argument', 'hashing', ...parts))
  })
})

describe('textVectorization', () => {
  it('takes functions, rows of words and single texts', () => {
    const own = textVectorization({
      standardize: (text) => text.replaceAll('-', ' '),
      split: (text) => text.split(' '),
      vocabulary: ['A', 'b'],
    })
    expect(numbers(own.call('A-b-c'))).toEqual([[3], [2, 3, 1]])
    const plain = textVectorization({ vocabulary: ['a', 'b'] })
    expect(numbers(plain.call(['  a \n b '])).at(0)).toEqual([1, 2])
    const rows = textVectorization({ split: null, vocabulary: ['a', 'b'], ngrams: [1] })
    expect(
      numbers(
        rows.call([
          ['a', 'b'],
          ['B', 'c'],
        ]),
      ),
    ).toEqual([
      [2, 2],
      [2, 3, 3, 1],
    ])
    const bag = textVectorization({ vocabulary: ['a', 'b'], outputMode: 'count' })
    expect(numbers(bag.call('  b b  x '))).toEqual([[3], [1, 0, 2]])
    expect(numbers(bag.call(['', 'a']))).toEqual([
      [2, 3],
      [0, 0, 0, 0, 1, 0],
    ])
    expect(numbers(bag.call(['']))).toEqual([
      [1, 3],
      [0, 0, 0],
    ])
    expect(() => own.config()).toThrow(refusal('unsupported', 'functions'))
  })

  it('learns from a stream of texts, for batches of a dataset', async () => {
    const texts = dataset([
      { x: 'To be', y: 0 },
      { x: 'or not to be', y: 1 },
    ])
    const vectorize = textVectorization({ outputSequenceLength: 3 })
    await vectorize.adapt(texts.map(({ x }) => x).batch(1))
    expect(vectorize.getVocabulary()).toEqual(['', '[UNK]', 'to', 'be', 'or', 'not'])
    const made = texts.batch(2).map(({ x, y }) => ({ x: vectorize.call(x), y }))
    const [batch] = await made.toArray()
    expect(numbers(batch?.x as Tensor)).toEqual([
      [2, 3],
      [2, 3, 0, 4, 5, 2],
    ])
  })

  it.each<[string, () => unknown, Parameters<typeof refusal>]>([
    [
      'a way to split',
      () => textVectorization({ split: 'words' as never }),
      ['argument', "'words'", 'whitespace, character'],
    ],
    [
      'a way to standardize',
      () => textVectorization({ standardize: 'upper' as never }),
      ['argument', "'upper'", 'lowerAndStripPunctuation'],
    ],
    [
      'a mode',
      () => textVectorization({ outputMode: 'oneHot' as never }),
      ['argument', "'oneHot'"],
    ],
    ['n-grams', () => textVectorization({ ngrams: [0] }), ['argument', 'ngrams', '0']],
    [
      'a length',
      () => textVectorization({ outputSequenceLength: -1 }),
      ['argument', 'outputSequenceLength', '-1'],
    ],
    [
      'a length of encodings',
      () => textVectorization({ outputSequenceLength: 2, outputMode: 'count' }),
      ['argument', 'outputSequenceLength', '2'],
    ],
    [
      'rows of texts',
      () => textVectorization({ vocabulary: ['a'] }).call([['a', 'b']]),
      ['shape', '[texts, 1]', '[1,2]'],
    ],
    ['no vocabulary', () => textVectorization().call('a'), ['not-built', 'adapt']],
    [
      'adapt of a given one',
      () => textVectorization({ vocabulary: ['a'] }).adapt(['b']),
      ['argument', 'leave it out'],
    ],
  ])('refuses %s', (_, call, expected) => {
    expect(call).toThrow(refusal(...expected))
  })
})

/** By an implementation in Python; never to change. */
const BINS = [923, 715, 299, 127, 589, 589]
