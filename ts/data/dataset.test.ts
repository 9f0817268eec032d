// Datasets: every kind of source, epochs, read-ahead, early ends, and what a source does wrong.

import { describe, expect, expectTypeOf, it } from 'vitest'
import { type Tensor, tensor } from '../tensor.ts'
import { refusal } from '../testing/refusal.ts'
import type { Batch, BatchLike } from './batch.ts'
import {
  type ArrayDataset,
  type BatchSource,
  dataset,
  isDataset,
  type StreamDataset,
} from './dataset.ts'

const collect = async (source: StreamDataset, epoch = 0): Promise<Batch[]> => {
  const batches: Batch[] = []
  for await (const batch of source.batches(epoch)) batches.push(batch)
  return batches
}

const first = (x: Tensor): number => x.elements[0] as number
const pair = (i: number): BatchLike => ({ x: [[i, i]], y: [i] })

/** Lets everything that can go on do so. */
const settle = (): Promise<void> => new Promise((done) => setTimeout(done, 0))

describe('arrays', () => {
  it('become tensors of one length', () => {
    const made = dataset({
      x: [
        [1, 2],
        [3, 4],
      ],
      y: new Int32Array([0, 1]),
      sampleWeight: [1, 2],
    })
    expectTypeOf(made).toEqualTypeOf<ArrayDataset>()
    expect([made.kind, made.samples, made.x.shape]).toEqual(['arrays', 2, [2, 2]])
    expect([made.y?.dtype, made.sampleWeight?.dtype]).toEqual(['int32', 'float32'])
    expect(isDataset(made)).toBe(true)
  })

  it('may lack labels', () => {
    expect(dataset({ x: [1] })).toEqual({ kind: 'arrays', samples: 1, x: tensor([1]) })
  })

  it('are refused when they do not fit together', () => {
    expect(() => dataset({ x: [1, 2], y: [1] })).toThrow(refusal('shape', 'y: 1', 'x has 2'))
    expect(() => dataset({ x: [] })).toThrow(refusal('empty-data', 'x'))
    expect(() => dataset({ x: 1 })).toThrow(refusal('shape', 'x is a single number'))
    const weights = { x: [1], sampleWeight: 1 }
    expect(() => dataset(weights)).toThrow(refusal('shape', 'sampleWeight', 'single number'))
  })
})

describe('streams', () => {
  const sources: [string, () => BatchSource][] = [
    [
      'an async generator function',
      () =>
        async function* () {
          yield pair(1)
          yield pair(2)
        },
    ],
    [
      'a generator function',
      () =>
        function* () {
          yield pair(1)
          yield pair(2)
        },
    ],
    ['an array', () => [pair(1), pair(2)]],
    ['a function that returns an array', () => () => [pair(1), pair(2)]],
    ['a function that promises an iterable', () => async () => [pair(1), pair(2)]],
    [
      'an async iterable',
      () => ({
        async *[Symbol.asyncIterator]() {
          yield pair(1)
          yield pair(2)
        },
      }),
    ],
    [
      'a stream',
      () => () =>
        new ReadableStream({
          start(out) {
            out.enqueue(pair(1))
            out.enqueue(pair(2))
            out.close()
          },
        }) as unknown as AsyncIterable<BatchLike>,
    ],
    [
      'tuples',
      () =>
        [
          [[[1, 1]], [1]],
          [[[2, 2]], [2], [0.5]],
        ].map((t) => t.slice(0, 2)) as unknown as BatchSource,
    ],
  ]
  it.each(sources)('from %s can be read in every epoch', async (_, source) => {
    const made = dataset(source())
    expectTypeOf(made).toEqualTypeOf<StreamDataset>()
    expect(isDataset(made)).toBe(true)
    for (const epoch of [0, 1]) {
      const batches = await collect(made, epoch)
      expect(batches.map((b) => [first(b.x), b.x.shape, b.y?.shape])).toEqual([
        [1, [1, 2], [1]],
        [2, [1, 2], [1]],
      ])
    }
  })

  it('take sample weights and leave labels out', async () => {
    const [weighted] = await collect(dataset([[[[1]], [2], [0.5]]] as BatchSource))
    expect(weighted?.sampleWeight?.elements).toEqual(new Float32Array([0.5]))
    const [alone] = await collect(dataset([{ x: [[1]], y: undefined }]))
    expect(Object.keys(alone ?? {})).toEqual(['x'])
  })

  it('tell the source the epoch', async () => {
    const made = dataset((epoch) => [pair(epoch)])
    expect(first((await collect(made, 3))[0]?.x as Tensor)).toBe(3)
  })

  it('stop after the steps asked for', async () => {
    let closed = false
    const made = dataset(
      async function* () {
        try {
          for (let i = 0; ; i++) yield pair(i)
        } finally {
          closed = true
        }
      },
      { steps: 3 },
    )
    expect((await collect(made)).length).toBe(3)
    expect([made.steps, closed]).toEqual([3, true])
  })

  it('may be shorter than the steps asked for', async () => {
    expect((await collect(dataset([pair(0)], { steps: 3 }))).length).toBe(1)
  })

  it('may have batches of any length', async () => {
    const batches = await collect(dataset([{ x: [1, 2] }, { x: [1] }, { x: [1, 2, 3] }]))
    expect(batches.map((b) => b.x.size)).toEqual([2, 1, 3])
  })
})

describe('read-ahead', () => {
  it.each([
    [0, 1],
    [1, 1],
    [3, 3],
  ])('prefetch %d makes %d batches ahead, no more', async (prefetch, ahead) => {
    let made = 0
    const source = async function* () {
      while (true) yield pair(made++)
    }
    const batches = dataset(source, { prefetch }).batches()
    for (let read = 1; read <= 3; read++) {
      const { value } = await batches.next()
      expect(first((value as Batch).x)).toBe(read - 1)
      await settle()
      expect(made).toBe(read + ahead)
    }
    await batches.return()
  })

  it('asks a source for one batch at a time', async () => {
    let running = 0
    let i = 0
    const source = {
      [Symbol.asyncIterator]: () => ({
        async next() {
          running += 1
          expect(running).toBe(1)
          await settle()
          running -= 1
          return i < 5 ? { done: false, value: pair(i++) } : { done: true, value: undefined }
        },
      }),
    } as AsyncIterable<BatchLike>
    expect((await collect(dataset(source, { prefetch: 4 }))).length).toBe(5)
  })

  it('closes the source when the reader leaves early', async () => {
    const seen: string[] = []
    const source = async function* () {
      try {
        for (let i = 0; ; i++) yield pair(i)
      } finally {
        await settle()
        seen.push('closed')
      }
    }
    for await (const _ of dataset(source).batches()) break
    expect(seen).toEqual(['closed'])
  })

  it('ends at once when aborted, even if the source hangs', async () => {
    const stop = new AbortController()
    const hanging = async function* () {
      yield pair(0)
      await new Promise(() => {})
    }
    const batches = dataset(hanging).batches(0, stop.signal)
    await batches.next()
    const waiting = batches.next()
    stop.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow(refusal('aborted', 'dataset'))
    const late = dataset([pair(0)]).batches(0, stop.signal)
    await expect(late.next()).rejects.toThrow(refusal('aborted'))
  })
})

describe('what a source does wrong', () => {
  it('throws: the batches before it arrive, the error has its cause', async () => {
    const cause = new Error('disk on fire')
    const source = async function* () {
      yield pair(0)
      yield pair(1)
      throw cause
    }
    const batches = dataset(source, { prefetch: 8 }).batches()
    expect((await batches.next()).done).toBe(false)
    expect((await batches.next()).done).toBe(false)
    const failure = batches.next()
    await expect(failure).rejects.toThrow(refusal('argument', 'batch 2', 'disk on fire'))
    await expect(failure).rejects.toMatchObject({ cause })
  })

  it('throws before the first batch, or something odd', async () => {
    const early = dataset(() => {
      throw new TypeError('no file')
    })
    await expect(collect(early)).rejects.toThrow(refusal('argument', 'opened', 'no file'))
    const odd = dataset({
      [Symbol.asyncIterator]: () => ({ next: () => Promise.reject('text') }),
    })
    await expect(collect(odd)).rejects.toThrow(refusal('argument', 'batch 0', 'text'))
  })

  it('passes errors of Gradloom on', async () => {
    const source = function* () {
      yield { x: tensor([[1], [2]], [3]) }
    }
    await expect(collect(dataset(source))).rejects.toThrow(refusal('shape', 'tensor: '))
  })

  it.each<[string, unknown[], 'shape' | 'argument' | 'empty-data', string[]]>([
    [
      'another shape',
      [{ x: [[1, 2]] }, { x: [[1, 2, 3]] }],
      'shape',
      ['batch 1', '[batch, 3]', '[batch, 2]'],
    ],
    [
      'another dtype',
      [{ x: [1] }, { x: new Int32Array(1) }],
      'shape',
      ['batch 1', 'int32', 'float32'],
    ],
    ['labels missing', [pair(0), { x: [[1, 1]] }], 'shape', ['batch 1', 'y is missing']],
    [
      'labels of another length',
      [pair(0), { x: [[1, 1]], y: [1, 2] }],
      'shape',
      ['batch 1', 'y: 2'],
    ],
    ['ragged rows', [{ x: [[1], [1, 2]] }], 'shape', ['batch 0', '[1] has 2']],
    ['no samples', [{ x: [] }], 'empty-data', ['batch 0', '[0]']],
    ['a single number', [{ x: 1 }], 'shape', ['batch 0', 'single number']],
    ['not a batch', [pair(0), 7], 'argument', ['batch 1', '{ x, y, sampleWeight }']],
    ['null', [null], 'argument', ['batch 0']],
    ['a tensor', [tensor([1])], 'argument', ['batch 0']],
    ['a typed array', [new Float32Array(2)], 'argument', ['batch 0']],
    ['a tuple of one', [[[1]]], 'argument', ['batch 0']],
    ['a tuple of four', [[[1], [1], [1], [1]]], 'argument', ['batch 0']],
    ['no x', [{ y: [1] }], 'argument', ['batch 0']],
    ['nothing at all', [], 'empty-data', ['no batch']],
  ])('yields %s', async (_, batches, code, parts) => {
    const made = dataset(batches as BatchLike[])
    await expect(collect(made)).rejects.toThrow(refusal(code, 'dataset: ', ...parts))
  })

  it('is a generator that was read already', async () => {
    const generator = (async function* () {
      yield pair(0)
    })()
    const made = dataset(generator)
    expect((await collect(made)).length).toBe(1)
    await expect(collect(made, 1)).rejects.toThrow(refusal('argument', 'generator function'))
  })

  it('is no source', async () => {
    for (const odd of [undefined, null, 3, 'text', {}]) {
      expect(() => dataset(odd as unknown as BatchSource)).toThrow(refusal('argument', 'dataset: '))
      expect(isDataset(odd)).toBe(false)
    }
    const made = dataset((() => 3) as unknown as BatchSource)
    await expect(collect(made)).rejects.toThrow(refusal('argument', 'iterable of batches'))
    const negative = refusal('argument', 'prefetch', '-1')
    expect(() => dataset([pair(0)], { prefetch: -1 })).toThrow(negative)
    expect(() => dataset([pair(0)], { steps: 0 })).toThrow(refusal('argument', 'steps', '0'))
  })
})
