// Preprocessing and datasets on random data: what must hold whatever the numbers are.

import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  dataset,
  init,
  maxAbsScaler,
  minMaxScaler,
  oneHot,
  robustScaler,
  type Scaler,
  shutdown,
  standardScaler,
  type Tensor,
  tensor,
  trainTestSplit,
} from '../../ts/index.ts'
import { exact, filled, holds } from './check.ts'

// Orders are drawn by the core.
beforeAll(() => init({ mode: 'inline' }))
afterAll(() => shutdown())

/** x: [N, F] */
const tables: fc.Arbitrary<Tensor<'float32'>> = fc
  .tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 4 }))
  .chain((shape) => filled(shape).map((data) => tensor(data, shape) as Tensor<'float32'>))

const column = (x: Tensor, j: number): number[] => {
  const features = x.shape[1] as number
  return [...x.elements].filter((_, i) => i % features === j)
}

describe('oneHot', () => {
  it('has one 1 a label, where the label says', () =>
    holds(
      fc.asyncProperty(fc.array(fc.nat(9), { minLength: 1 }), fc.nat(5), async (labels, more) => {
        const classes = Math.max(...labels) + 1 + more
        const y = oneHot(labels, classes)
        expect(y.shape).toEqual([labels.length, classes])
        for (const [i, label] of labels.entries()) {
          const row = [...y.rows(i, i + 1).elements]
          expect(row.indexOf(1)).toBe(label)
          expect(row.reduce((a, b) => a + b, 0)).toBe(1)
        }
      }),
    ))
})

const scalers: Record<string, () => Scaler> = {
  standardScaler,
  minMaxScaler,
  maxAbsScaler,
  robustScaler,
}

const kept: Record<string, (column: number[]) => void> = {
  standardScaler: (column) => {
    const mean = column.reduce((a, b) => a + b, 0) / column.length
    expect(mean).toBeCloseTo(0, 4)
  },
  minMaxScaler: (column) => {
    expect(Math.min(...column)).toBeCloseTo(0, 5)
    expect(Math.max(...column)).toBeLessThan(1 + 1e-5)
  },
  maxAbsScaler: (column) => expect(Math.max(...column.map(Math.abs))).toBeLessThan(1 + 1e-5),
  robustScaler: (column) => {
    const sorted = column.toSorted((a, b) => a - b)
    const half = (sorted.length - 1) / 2
    const median = ((sorted[Math.floor(half)] as number) + (sorted[Math.ceil(half)] as number)) / 2
    expect(median).toBeCloseTo(0, 4)
  },
}

describe.each(Object.entries(scalers))('%s', (name, make) => {
  it('is undone by its inverse', () =>
    holds(
      fc.asyncProperty(tables, async (x) => {
        const scaler = make()
        const back = scaler.inverse(scaler.fitTransform(x))
        expect(back.shape).toEqual(x.shape)
        back.elements.forEach((v, i) => {
          expect(v).toBeCloseTo(x.elements[i] as number, 4)
        })
      }),
    ))

  it('gives every feature what it promises', () =>
    holds(
      fc.asyncProperty(tables, async (x) => {
        const y = make().fitTransform(x)
        for (let j = 0; j < (x.shape[1] as number); j++) kept[name]?.(column(y, j))
      }),
    ))
})

describe('trainTestSplit', () => {
  it('loses no sample, doubles none, and keeps rows together', () =>
    holds(
      fc.asyncProperty(
        fc.integer({ min: 2, max: 40 }),
        fc.double({ min: 0.05, max: 0.95, noNaN: true }),
        fc.nat(),
        async (n, testSize, seed) => {
          // The test part is rounded up: of two samples, more than half would be both.
          fc.pre(Math.ceil(n * testSize) < n)
          const x = tensor(
            Float32Array.from({ length: 2 * n }, (_, i) => i >> 1),
            [n, 2],
          )
          const y = tensor(Int32Array.from({ length: n }, (_, i) => i))
          const { train, test } = trainTestSplit({ x, y }, { testSize, seed })
          const labels = [...train.y.elements, ...test.y.elements]
          expect(labels.toSorted((a, b) => a - b)).toEqual([...y.elements])
          for (const part of [train, test]) {
            expect([...part.x.elements]).toEqual([...part.y.elements].flatMap((v) => [v, v]))
          }
        },
      ),
    ))
})

const lists = fc.array(exact, { minLength: 1, maxLength: 30 })
const pipeline = (list: readonly number[]) => dataset(() => list as never) as never as Chain

interface Chain {
  map(f: (v: number) => number): Chain
  filter(f: (v: number) => boolean): Chain
  shuffle(options: { seed: number; bufferSize?: number }): Chain
  window(size: number): { toArray(): Promise<number[][]> }
  take(n: number): Chain
  skip(n: number): Chain
  repeat(n: number): Chain
  prefetch(n: number): Chain
  concatenate(other: Chain): Chain
  toArray(): Promise<number[]>
}

describe('a dataset', () => {
  it('in windows has all of its values, in order', () =>
    holds(
      fc.asyncProperty(lists, fc.integer({ min: 1, max: 8 }), async (list, size) => {
        const windows = await pipeline(list).window(size).toArray()
        expect(windows.flat()).toEqual(list)
        expect(windows.slice(0, -1).every((window) => window.length === size)).toBe(true)
      }),
    ))

  it('shuffled has the same values, and the same order for the same seed', () =>
    holds(
      fc.asyncProperty(
        lists,
        fc.nat(),
        fc.integer({ min: 1, max: 9 }),
        async (list, seed, bufferSize) => {
          const read = () => pipeline(list).shuffle({ seed, bufferSize }).toArray()
          const order = await read()
          expect(order.toSorted()).toEqual(list.toSorted())
          expect(await read()).toEqual(order)
        },
      ),
    ))

  it('chained does what arrays do', () =>
    holds(
      fc.asyncProperty(lists, fc.nat(40), fc.nat(3), async (list, n, times) => {
        const all = pipeline(list)
        expect(await all.take(n).concatenate(all.skip(n)).toArray()).toEqual(list)
        const odd = (v: number) => v > 0
        const expected = Array.from({ length: times }, () => list.filter(odd).map((v) => 2 * v))
        const found = all
          .filter(odd)
          .map((v) => 2 * v)
          .repeat(times)
          .prefetch(2)
        expect(await found.toArray()).toEqual(expected.flat())
      }),
    ))
})
