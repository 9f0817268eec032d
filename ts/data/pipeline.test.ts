// Chained datasets: order, laziness, sizes, epochs, early ends, errors.

import { describe, expect, expectTypeOf, it } from 'vitest'
import type { Dtype } from '../shape.ts'
import { Tensor, tensor } from '../tensor.ts'
import { refusal } from '../testing/refusal.ts'
import { type Dataset, dataset } from './pipeline.ts'

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i)
const count = (n: number) => dataset(range(n))

/** 0, 1, 2 … for ever, noting what was asked of it. */
const watched = (n = Number.POSITIVE_INFINITY) => {
  const seen = { made: 0, opened: 0, closed: 0 }
  const made = dataset(async function* () {
    seen.opened += 1
    try {
      for (let i = 0; i < n; i++) {
        seen.made += 1
        yield i
      }
    } finally {
      seen.closed += 1
    }
  })
  return { made, seen }
}

const plain = (x: unknown): unknown => {
  if (x instanceof Tensor) return [x.dtype, x.shape, [...x.elements]]
  if (Array.isArray(x)) return x.map(plain)
  if (typeof x !== 'object' || x === null) return x
  return Object.fromEntries(Object.entries(x).map(([key, part]) => [key, plain(part)]))
}

describe('steps', () => {
  it.each<[string, Dataset<unknown>, unknown[]]>([
    ['map', count(3).map(async (v, i) => v * 10 + i), [0, 11, 22]],
    ['filter', count(5).filter((v) => v % 2 === 0), [0, 2, 4]],
    ['take', count(5).take(2), [0, 1]],
    ['take more than there is', count(2).take(5), [0, 1]],
    ['take nothing', count(2).take(0), []],
    ['skip', count(5).skip(3), [3, 4]],
    ['skip all', count(2).skip(3), []],
    ['repeat', count(2).repeat(3), [0, 1, 0, 1, 0, 1]],
    ['repeat for ever', count(2).repeat().take(5), [0, 1, 0, 1, 0]],
    ['repeat nothing for ever', count(0).repeat(), []],
    ['prefetch', count(3).prefetch(2), [0, 1, 2]],
    ['cache', count(3).cache(), [0, 1, 2]],
    [
      'zip',
      count(3).zip(count(2), count(9)),
      [
        [0, 0, 0],
        [1, 1, 1],
      ],
    ],
    ['concatenate', count(2).concatenate(count(2)), [0, 1, 0, 1]],
    ['concatenate nothing', count(2).concatenate(count(0)), [0, 1]],
    ['window', count(5).window(2), [[0, 1], [2, 3], [4]]],
    [
      'window, whole',
      count(5).window(2, { dropRemainder: true }),
      [
        [0, 1],
        [2, 3],
      ],
    ],
    [
      'window, shifted',
      count(5).window(3, { shift: 1, dropRemainder: true }),
      [
        [0, 1, 2],
        [1, 2, 3],
        [2, 3, 4],
      ],
    ],
    [
      'window with gaps',
      count(8).window(2, { shift: 5 }),
      [
        [0, 1],
        [5, 6],
      ],
    ],
    [
      'window of every second',
      count(6).window(2, { shift: 1, stride: 2, dropRemainder: true }),
      [
        [0, 2],
        [1, 3],
        [2, 4],
        [3, 5],
      ],
    ],
    ['window, shorter at the end', count(3).window(3, { shift: 1 }), [[0, 1, 2], [1, 2], [2]]],
  ])('%s', async (_, made, wanted) => {
    for (const epoch of [0, 1]) expect(await made.toArray(epoch)).toEqual(wanted)
    if (made.size !== undefined) expect(made.size).toBe(wanted.length)
  })

  it('know their size where it can be known', () => {
    expect(count(10).map(String).shuffle().batch(3).cache().size).toBe(4)
    expect(count(10).batch(3, { dropRemainder: true }).repeat(2).size).toBe(6)
    expect(count(10).filter(Boolean).size).toBe(undefined)
    expect(dataset(() => range(3)).size).toBe(undefined)
    expect(dataset(() => range(3), { steps: 3 }).take(2).steps).toBe(2)
  })

  it.each<[string, () => unknown, string]>([
    ['batch', () => count(1).batch(0), 'size is 0'],
    ['window', () => count(1).window(1, { shift: 0.5 }), 'shift is 0.5'],
    ['window', () => count(1).window(1, { stride: 0 }), 'stride is 0'],
    ['take', () => count(1).take(-1), 'count is -1'],
    ['skip', () => count(1).skip(Number.NaN), 'count is NaN'],
    ['repeat', () => count(1).repeat(1.5), 'count is 1.5'],
    ['prefetch', () => count(1).prefetch(-1), 'prefetch is -1'],
    ['shuffle', () => count(1).shuffle({ bufferSize: 0 }), 'bufferSize is 0'],
    ['shuffle', () => count(1).shuffle({ seed: -1 }), 'seed: -1'],
  ])('%s refuses what makes no sense', (_, make, message) => {
    expect(make).toThrow(refusal('argument', message))
  })
})

describe('shuffle', () => {
  const order = (options: object, epoch = 0) => count(50).shuffle(options).toArray(epoch)

  it('gives every value once, by seed and epoch', async () => {
    const first = await order({ seed: 7 })
    expect(first.toSorted((a, b) => a - b)).toEqual(range(50))
    expect(first).not.toEqual(range(50))
    expect(await order({ seed: 7 })).toEqual(first)
    expect(await order({ seed: 8 })).not.toEqual(first)
    expect(await order({ seed: 7 + 2 ** 32 })).not.toEqual(first)
    expect(await order({ seed: 7 }, 1)).not.toEqual(first)
    expect(await order({ seed: 7, reshuffle: false }, 1)).toEqual(first)
  })

  it('has an order of its own in every repetition', async () => {
    const twice = await count(50).shuffle({ seed: 7 }).repeat(2).toArray()
    expect(twice.slice(0, 50)).toEqual(await order({ seed: 7 }))
    expect(twice.slice(50)).toEqual(await order({ seed: 7 }, 1))
  })

  it('looks no further than its buffer', async () => {
    const { made, seen } = watched(100)
    let most = 0
    for await (const value of made.shuffle({ bufferSize: 5, seed: 1 })) {
      most = Math.max(most, seen.made)
      expect(value).toBeLessThan(seen.made)
      if (seen.made === 50) break
    }
    expect(most).toBe(50)
    expect((await order({ bufferSize: 5 })).slice(0, 5).every((v) => v < 10)).toBe(true)
    expect(await order({ bufferSize: 1 })).toEqual(range(50))
  })

  it('puts every value in every place about as often', async () => {
    const places = new Float64Array(16)
    for (const seed of range(4000)) {
      const made = await count(4).shuffle({ seed }).toArray()
      for (const [place, value] of made.entries())
        places[value * 4 + place] = (places[value * 4 + place] as number) + 1
    }
    for (const n of places) expect(Math.abs(n - 1000)).toBeLessThan(150)
  })
})

describe('batch', () => {
  it('stacks the parts of samples, whatever they are', async () => {
    const samples = [
      { x: [1, 2], y: 0, name: 'a', more: { z: Int32Array.of(1) } },
      { x: [3, 4], y: 1, name: 'b', more: { z: Int32Array.of(2) } },
    ]
    const made = dataset(samples).batch(2)
    const [batch] = await made.toArray()
    expect(plain(batch)).toEqual({
      x: ['float32', [2, 2], [1, 2, 3, 4]],
      y: ['float32', [2], [0, 1]],
      name: ['a', 'b'],
      more: { z: ['int32', [2, 1], [1, 2]] },
    })
    expectTypeOf((batch as NonNullable<typeof batch>).y).toEqualTypeOf<
      Tensor<Dtype, readonly [number]>
    >()
    expectTypeOf((batch as NonNullable<typeof batch>).name).toEqualTypeOf<string[]>()
  })

  it('takes an array as a tuple, and numbers as one part', async () => {
    const pairs = dataset([
      [[1, 2], 5],
      [[3, 4], 6],
    ] as [number[], number][]).batch(2)
    expect(plain(await pairs.toArray())).toEqual([
      [
        ['float32', [2, 2], [1, 2, 3, 4]],
        ['float32', [2], [5, 6]],
      ],
    ])
    expect(plain(await count(3).batch(2).toArray())).toEqual([
      ['float32', [2], [0, 1]],
      ['float32', [1], [2]],
    ])
    expect((await count(3).batch(2, { dropRemainder: true }).toArray()).length).toBe(1)
  })

  it('reads arrays as samples', async () => {
    const made = dataset({
      x: [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
      y: Int32Array.of(7, 8, 9),
    })
    expect(plain(await made.toArray())).toEqual([
      { x: ['float32', [2], [1, 2]], y: ['int32', [], [7]] },
      { x: ['float32', [2], [3, 4]], y: ['int32', [], [8]] },
      { x: ['float32', [2], [5, 6]], y: ['int32', [], [9]] },
    ])
    const [, last] = await made.batch(2).toArray()
    expect(plain(last)).toEqual({ x: ['float32', [1, 2], [5, 6]], y: ['int32', [1], [9]] })
    expect(made.shuffle().batch(2)).toMatchObject({ kind: 'stream', steps: 2 })
  })

  it('fills up what is shorter', async () => {
    const rows = dataset([{ x: [1] }, { x: [2, 3, 4] }, { x: [5, 6] }])
    const [both, one] = await rows.paddedBatch(2).toArray()
    expect(plain([both?.x, one?.x])).toEqual([
      ['float32', [2, 3], [1, 0, 0, 2, 3, 4]],
      ['float32', [1, 2], [5, 6]],
    ])
    const fixed = rows.paddedBatch(3, { paddedShape: [4], value: -1 })
    expect(plain((await fixed.toArray())[0])).toEqual({
      x: ['float32', [3, 4], [1, -1, -1, -1, 2, 3, 4, -1, 5, 6, -1, -1]],
    })
    const square = dataset([tensor([[1, 2]]), tensor([[3], [4]])]).paddedBatch(2)
    expect(plain((await square.toArray())[0])).toEqual([
      'float32',
      [2, 2, 2],
      [1, 2, 0, 0, 3, 0, 4, 0],
    ])
  })

  it.each<[string, unknown[], string[]]>([
    ['another shape', [{ x: [1] }, { x: [1, 2] }], ['sample 1', '[2]', '[1]', 'paddedBatch']],
    ['another dtype', [new Float32Array(1), new Int32Array(1)], ['sample 1', 'int32', 'float32']],
  ])('refuses samples of %s', async (_, samples, parts) => {
    await expect(dataset(samples).batch(2).toArray()).rejects.toThrow(refusal('shape', ...parts))
  })

  it('refuses parts that are missing or too long for the padding', async () => {
    const missing = dataset([{ x: 1, y: 1 }, { x: 2 }] as { x: number; y: number }[]).batch(2)
    await expect(missing.toArray()).rejects.toThrow('undefined')
    const long = dataset([{ x: [1, 2, 3] }]).paddedBatch(1, { paddedShape: [2] })
    await expect(long.toArray()).rejects.toThrow(refusal('shape', 'sample 0', '[3]', '[2]'))
  })
})

describe('reading', () => {
  it('pulls nothing before it is asked, and no more than that', async () => {
    const { made, seen } = watched()
    const chained = made
      .map((v) => v)
      .filter((v) => v % 2 === 1)
      .batch(2)
    expect(seen).toEqual({ made: 0, opened: 0, closed: 0 })
    const pass = chained.read()
    await pass.next()
    expect(seen.made).toBe(4)
    await pass.return()
    expect(seen).toEqual({ made: 4, opened: 1, closed: 1 })
  })

  it.each<[string, (source: Dataset<number>) => Dataset<unknown>]>([
    ['map', (s) => s.map((v) => v)],
    ['filter', (s) => s.filter(() => true)],
    ['shuffle', (s) => s.shuffle({ bufferSize: 3 })],
    ['batch', (s) => s.batch(2)],
    ['repeat', (s) => s.repeat()],
    ['take', (s) => s.take(100)],
    ['skip', (s) => s.skip(1)],
    ['prefetch', (s) => s.prefetch(3)],
    ['cache', (s) => s.cache()],
    ['zip', (s) => s.zip(count(9))],
    ['zip, ended by the other', (s) => count(1).zip(s)],
    ['concatenate', (s) => s.concatenate(count(1))],
    ['take that ends it', (s) => s.take(1)],
  ])('through %s closes the source when the reader leaves', async (_, chain) => {
    const { made, seen } = watched()
    let read = 0
    for await (const _value of chain(made)) if (++read === 2) break
    expect(seen).toMatchObject({ opened: 1, closed: 1 })
  })

  it('through every step rejects with the cause, after the values before it', async () => {
    const cause = new Error('disk on fire')
    const failing = dataset(async function* () {
      yield* range(6)
      throw cause
    })
    const chains = [
      failing.map((v) => v),
      failing.filter(() => true),
      failing.window(2),
      failing.prefetch(3),
      failing.zip(count(9)),
      failing.skip(0).cache(),
    ]
    for (const chain of chains as Dataset<unknown>[]) {
      const seen: unknown[] = []
      const reading = (async () => {
        for await (const value of chain) seen.push(value)
      })()
      await expect(reading).rejects.toBe(cause)
      expect(seen.flat().filter((v, i, all) => all.indexOf(v) === i)).toEqual(range(6))
    }
  })

  it('of what a function throws names the batch for fit', async () => {
    const odd = count(4).map((v) => {
      if (v === 3) throw new TypeError('bad value')
      return { x: [[v]] }
    })
    const reading = (async () => {
      for await (const _ of odd.batches());
    })()
    await expect(reading).rejects.toThrow(refusal('argument', 'batch 3', 'bad value'))
  })

  it('reads a cached source once, if to the end', async () => {
    const { made, seen } = watched(3)
    const kept = made.cache()
    for await (const _ of kept) break
    expect(await kept.toArray()).toEqual(range(3))
    expect(await kept.toArray(1)).toEqual(range(3))
    expect(seen.opened).toBe(2)
  })

  it('tells the source the epoch, and refuses a spent generator', async () => {
    expect(
      await dataset((epoch) => [epoch])
        .map((v) => v)
        .toArray(3),
    ).toEqual([3])
    const once = dataset(range(2)[Symbol.iterator]()).batch(1)
    await once.toArray()
    await expect(once.toArray()).rejects.toThrow(refusal('argument', 'generator function'))
    expect(() => dataset(7 as never)).toThrow(refusal('argument', 'dataset: '))
  })

  it('gives checked batches to fit', async () => {
    const made = dataset({ x: [[1], [2], [3]], y: [1, 2, 3] }).batch(2)
    const batches = []
    for await (const batch of made.batches()) batches.push(plain(batch))
    expect(batches).toEqual([
      { x: ['float32', [2, 1], [1, 2]], y: ['float32', [2], [1, 2]] },
      { x: ['float32', [1, 1], [3]], y: ['float32', [1], [3]] },
    ])
  })
})
