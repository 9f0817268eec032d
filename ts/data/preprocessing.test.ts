// oneHot, the scalers, shuffle and trainTestSplit.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { setCore } from '../runtime/core.ts'
import { type Tensor, tensor } from '../tensor.ts'
import { usePermutationCore } from '../testing/permutation-core.ts'
import { refusal } from '../testing/refusal.ts'
import { maxAbsScaler } from './max-abs-scaler.ts'
import { minMaxScaler } from './min-max-scaler.ts'
import { oneHot } from './one-hot.ts'
import { robustScaler } from './robust-scaler.ts'
import { takeRows } from './rows.ts'
import { seedWords, shuffle } from './shuffle.ts'
import { standardScaler } from './standard-scaler.ts'
import { trainTestSplit } from './train-test-split.ts'

beforeAll(usePermutationCore)
afterAll(() => setCore(undefined))

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i)
const numbers = (x: Tensor): number[] => Array.from(x.elements)
const sorted = (x: readonly number[]): number[] => [...x].sort((a, b) => a - b)

describe('oneHot', () => {
  it('takes as many classes as are needed or asked for', async () => {
    expect(await oneHot([0, 2, 1]).array()).toEqual([
      [1, 0, 0],
      [0, 0, 1],
      [0, 1, 0],
    ])
    expect(oneHot(new Uint8Array([0, 2]), 5).shape).toEqual([2, 5])
    expect(oneHot(new Int32Array([0, 2])).dtype).toBe('float32')
  })

  it('drops a last axis of one, and keeps the others', async () => {
    expect(await oneHot([[1], [0]]).array()).toEqual([
      [0, 1],
      [1, 0],
    ])
    expect(await oneHot([[1, 0]]).array()).toEqual([
      [
        [0, 1],
        [1, 0],
      ],
    ])
    expect(oneHot([1]).shape).toEqual([1, 2])
  })

  it('refuses labels out of range', () => {
    expect(() => oneHot([0, 3], 3)).toThrow(refusal('label-range', 'oneHot: sample 1', '3'))
    expect(() => oneHot([0, -1])).toThrow(refusal('label-range', '-1'))
    expect(() => oneHot([0, 0.5])).toThrow(refusal('argument', '1.5 classes'))
    expect(() => oneHot([], 0)).toThrow(refusal('argument', '0 classes'))
  })
})

describe('standardScaler', () => {
  const x = [
    [1, 10, 5],
    [2, 20, 5],
    [3, 60, 5],
  ]

  it('gives mean 0 and deviation 1 (scikit-learn 1.7: StandardScaler)', async () => {
    const scaler = standardScaler()
    const scaled = (await scaler.fitTransform(x).array()) as number[][]
    expect(Array.from(scaler.shift)).toEqual([2, 30, 5])
    expect(scaler.scale[0]).toBeCloseTo(Math.sqrt(2 / 3), 14)
    expect(scaler.scale[1]).toBeCloseTo(Math.sqrt(1400 / 3), 12)
    expect(scaler.scale[2]).toBe(1)
    expect(scaled[0]?.[0]).toBeCloseTo(-1.224744871391589, 6)
    expect(scaled[2]?.[1]).toBeCloseTo(1.3887301496588271, 6)
    expect(scaled.map((row) => row[2])).toEqual([0, 0, 0])
    const back = numbers(scaler.inverse(scaler.transform(x)))
    for (const [i, v] of back.entries()) expect(v).toBeCloseTo(x.flat()[i] as number, 4)
  })

  it('keeps the digits of data far from 0', () => {
    const far = standardScaler().fitTransform(new Float64Array([16777200, 16777202, 16777204]))
    expect(numbers(far)[0]).toBeCloseTo(-1.2247448, 6)
    expect(numbers(far)[1]).toBe(0)
  })

  it('scales each place of samples with several axes', () => {
    const images = tensor(range(12), [3, 2, 2])
    const scaler = standardScaler().fit(images)
    expect(Array.from(scaler.shift)).toEqual([4, 5, 6, 7])
    expect(scaler.transform(images).shape).toEqual([3, 2, 2])
  })

  it('forgets the data of the fit before', () => {
    const scaler = standardScaler().fit(x)
    expect(Array.from(scaler.fit([[1], [3]]).shift)).toEqual([2])
  })

  it('refuses what it cannot scale', () => {
    const scaler = standardScaler()
    expect(() => scaler.transform(x)).toThrow(refusal('not-built', 'standardScaler', 'fit'))
    expect(() => scaler.shift).toThrow(refusal('not-built', 'standardScaler'))
    expect(() => scaler.fit([])).toThrow(refusal('empty-data', 'standardScaler'))
    expect(() => scaler.fit([[Number.NaN]])).toThrow(refusal('non-finite', 'standardScaler'))
    scaler.fit(x)
    const refused = refusal('shape', '[batch, 3]', '[1, 2]')
    expect(() => scaler.transform([[1, 2]])).toThrow(refused)
    expect(() => scaler.inverse([[1, 2]])).toThrow(refused)
  })
})

describe('minMaxScaler', () => {
  const x = [
    [-1, 2, 7],
    [3, 10, 7],
    [1, 4, 7],
  ]

  it('fills the range exactly', async () => {
    const expected = [
      [0, 0, 0],
      [1, 1, 0],
      [0.5, 0.25, 0],
    ]
    expect(await minMaxScaler().fitTransform(x).array()).toEqual(expected)
    const scaler = minMaxScaler({ featureRange: [-1, 1] })
    expect(await scaler.fitTransform(x).array()).toEqual([
      [-1, -1, -1],
      [1, 1, -1],
      [0, -0.5, -1],
    ])
    expect(await scaler.inverse(scaler.transform(x)).array()).toEqual(x)
  })

  it('goes beyond the range for values beyond the data', async () => {
    const scaler = minMaxScaler().fit([[0], [10]])
    expect(await scaler.transform([[20], [-10]]).array()).toEqual([[2], [-1]])
  })

  it('refuses an empty range', () => {
    const refused = refusal('argument', 'featureRange', '[1, 1]')
    expect(() => minMaxScaler({ featureRange: [1, 1] })).toThrow(refused)
  })
})

describe('rows and seeds', () => {
  it('copies rows of both dtypes', async () => {
    const x = tensor([
      [1, 2],
      [3, 4],
      [5, 6],
    ])
    const taken = takeRows(x, [2, 0, 2])
    expect(await taken.array()).toEqual([
      [5, 6],
      [1, 2],
      [5, 6],
    ])
    taken.elements[0] = 9
    expect(x.elements[4]).toBe(5)
    const ints = takeRows(tensor(new Int32Array([7, 8])), Int32Array.of(1))
    expect([ints.dtype, ...ints.elements]).toEqual(['int32', 8])
    expect(takeRows(x, []).shape).toEqual([0, 2])
  })

  it('cuts seeds into words', () => {
    expect(seedWords(0)).toEqual([0, 0])
    expect(seedWords(2 ** 32 + 5)).toEqual([5, 1])
    expect(seedWords(Number.MAX_SAFE_INTEGER)).toEqual([2 ** 32 - 1, 2 ** 21 - 1])
    for (const seed of [-1, 0.5, Number.NaN, 2 ** 53]) {
      expect(() => seedWords(seed)).toThrow(refusal('argument', 'seed', String(seed)))
    }
  })
})

describe('shuffle', () => {
  const x = range(50).map((i) => [i, -i])
  const y = new Int32Array(range(50))

  it('moves rows together, and the same way for a seed', () => {
    const one = shuffle({ x, y }, { seed: 7 })
    const order = numbers(one.y)
    expect(order).not.toEqual(range(50))
    expect(sorted(order)).toEqual(range(50))
    expect(numbers(one.x)).toEqual(order.flatMap((i) => [i, -i]))
    expect(one.y.dtype).toBe('int32')
    expect(numbers(shuffle({ y }, { seed: 7 }).y)).toEqual(order)
    expect(numbers(shuffle({ y }, { seed: 8 }).y)).not.toEqual(order)
    expect(Array.from(y)).toEqual(range(50))
  })

  it('refuses arrays that do not belong together', () => {
    expect(() => shuffle({ x, y: [1, 2] })).toThrow(refusal('shape', 'y: 2', 'x has 50'))
    expect(() => shuffle({ x: 3 })).toThrow(refusal('shape', 'x: '))
  })
})

describe('trainTestSplit', () => {
  const x = range(100).map((i) => [i, i])
  const y = Int32Array.from(range(100), (i) => (i % 10 === 0 ? 2 : i % 2))

  it.each([
    [0.2, 20],
    [0.251, 26],
    [7, 7],
    [undefined, 25],
  ])('with testSize %d', (testSize, count) => {
    const options = testSize === undefined ? {} : { testSize }
    const { train, test } = trainTestSplit({ x, y }, { ...options, seed: 3 })
    expect([train.y.size, test.y.size]).toEqual([100 - count, count])
    const rows = [...numbers(train.x), ...numbers(test.x)].filter((_, i) => i % 2 === 0)
    expect(sorted(rows)).toEqual(range(100))
    const kept = numbers(test.x).filter((_, i) => i % 2 === 0)
    expect(numbers(test.y)).toEqual(kept.map((row) => y[row]))
  })

  it('depends on the seed alone', () => {
    const testOf = (seed: number) => numbers(trainTestSplit({ x }, { seed }).test.x)
    expect(testOf(1)).toEqual(testOf(1))
    expect(testOf(1)).not.toEqual(testOf(2))
  })

  it('takes the end without shuffling', () => {
    const { train, test } = trainTestSplit({ y: range(5) }, { shuffle: false, testSize: 0.4 })
    expect([numbers(train.y), numbers(test.y)]).toEqual([
      [0, 1, 2],
      [3, 4],
    ])
  })

  it.each([
    ['class numbers', y],
    ['one-hot rows', oneHot(y)],
  ])('keeps the shares of the classes, by %s', (_, stratify) => {
    const { train, test } = trainTestSplit({ x, y }, { testSize: 0.3, stratify })
    const count = (labels: Tensor) =>
      [0, 1, 2].map((c) => numbers(labels).filter((v) => v === c).length)
    expect(count(test.y)).toEqual([12, 15, 3])
    expect(count(train.y)).toEqual([28, 35, 7])
    expect(numbers(test.y)).not.toEqual(sorted(numbers(test.y)))
  })

  it('shares out what does not divide by the largest remainder', () => {
    const labels = [...Array(6).fill(0), ...Array(3).fill(1), ...Array(2).fill(5)] as number[]
    const { test } = trainTestSplit({ labels }, { testSize: 4, stratify: labels })
    expect(sorted(numbers(test.labels))).toEqual([0, 0, 1, 5])
  })

  it.each<[string, object, string]>([
    ['all samples', { testSize: 100 }, 'testSize 100'],
    ['no sample', { testSize: 0 }, 'testSize 0'],
    ['half a sample', { testSize: 2.5 }, 'testSize 2.5'],
    ['a class of one', { stratify: [...Array(99).fill(0), 1] }, 'class 1 has one sample'],
    ['fewer samples than classes', { testSize: 2, stratify: y }, '3 classes'],
    ['stratify in order', { shuffle: false, stratify: y }, 'shuffle: false'],
  ])('refuses %s', (_, options, message) => {
    expect(() => trainTestSplit({ x }, options)).toThrow(refusal('argument', message))
  })

  it('refuses labels of another length, and nothing', () => {
    const refused = refusal('shape', 'stratify', '[99]', '[100]')
    expect(() => trainTestSplit({ x }, { stratify: new Int32Array(99) })).toThrow(refused)
    expect(() => trainTestSplit({ x: [] })).toThrow(refusal('empty-data', '0 samples'))
  })
})

describe.each([
  [
    'robustScaler',
    robustScaler(),
    [-1 / 6, -2 / 11, 0, 0.1, 14 / 11, 0, -0.1, 2 / 11, 0, 97 / 30, -18 / 11, 0],
  ],
  [
    'robustScaler of another range',
    robustScaler({ quantileRange: [10, 80] }),
    [-1 / 9, -0.1, 0, 1 / 15, 0.7, 0, -1 / 15, 0.1, 0, 97 / 45, -0.9, 0],
  ],
  ['maxAbsScaler', maxAbsScaler(), [-0.02, 0.2, 1, 0.06, 1, 1, 0, 0.4, 1, 1, -0.6, 1]],
])('%s', (_, scaler, wanted) => {
  const x = [
    [-1, 2, 7],
    [3, 10, 7],
    [0, 4, 7],
    [50, -6, 7],
  ]

  it('scales as scikit-learn 1.7.2 does, and back', () => {
    const scaled = scaler.fitTransform(x)
    for (const [i, v] of scaled.elements.entries()) expect(v).toBeCloseTo(wanted[i] as number, 6)
    const back = scaler.inverse(scaled)
    for (const [i, v] of back.elements.entries()) expect(v).toBeCloseTo(x.flat()[i] as number, 4)
  })
})

describe('robustScaler', () => {
  it('refuses a range without width, or beyond 0 to 100', () => {
    for (const quantileRange of [
      [50, 50],
      [-1, 50],
      [50, 101],
    ] as const) {
      expect(() => robustScaler({ quantileRange })).toThrow(refusal('argument', 'quantileRange'))
    }
  })
})

describe('maxAbsScaler', () => {
  it('counts what is below 0 too, and leaves zeros', () => {
    expect(
      numbers(
        maxAbsScaler().fitTransform([
          [-4, 0],
          [2, 0],
        ]),
      ),
    ).toEqual([-1, 0, 0.5, 0])
  })
})
