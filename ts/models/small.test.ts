// The small parts that run nothing: pace, totals, history, readers, cutting steps into parts.

import { beforeAll, describe, expect, it } from 'vitest'
import { dataset } from '../data/dataset.ts'
import { Graph, type SymbolicTensor } from '../graph.ts'
import { meanSquaredError } from '../metrics/index.ts'
import { type Tensor, tensor } from '../tensor.ts'
import { refusal } from '../testing/refusal.ts'
import { loadCore } from '../testing/run.ts'
import { columnsOf, entriesBefore, recorded } from './history.ts'
import { checkOptions } from './options.ts'
import { Pace } from './pace.ts'
import { ArrayReader, inOrder, type Reader } from './readers.ts'
import { FedRows, ResidentRows } from './rows.ts'
import { rngWords, seedWords } from './seed.ts'
import { StreamReader } from './stream-reader.ts'
import { Totals } from './totals.ts'
import { stagesOf } from './walk.ts'

describe('pace', () => {
  it('starts with one step and comes to calls of 50 ms', () => {
    const pace = new Pace()
    expect(pace.next(1000)).toBe(1)
    pace.took(1, 20)
    expect(pace.next(1000)).toBe(2)
    pace.took(2, 1)
    expect(pace.next(1000)).toBe(16)
    pace.took(16, 8)
    expect(pace.next(1000)).toBe(100)
    expect(pace.next(7)).toBe(7)
  })

  it('is not held up by a short last call, and takes at least one step', () => {
    const pace = new Pace()
    pace.took(64, 32)
    pace.took(1, 0.5)
    expect(pace.next(1000)).toBe(100)
    pace.took(10, 9000)
    expect(pace.next(1000)).toBe(1)
  })

  it('divides what is left evenly', () => {
    const pace = new Pace()
    pace.took(31, 50)
    expect(pace.next(64)).toBe(32)
    expect(pace.next(32)).toBe(32)
    expect(pace.next(50)).toBe(25)
  })
})

describe('totals', () => {
  const metric = { key: 'mse', metric: meanSquaredError(), weighted: false, output: 0 }
  const call = (losses: number[], sums: number[]) => ({
    steps: losses.length,
    stopped: 'done' as const,
    outputs: [{ loss: Float32Array.from(losses), 'metric 0': Float32Array.from(sums) }],
  })

  it('weigh the loss of each batch by its size', () => {
    const totals = new Totals({ metrics: [metric], lossKeys: new Map() })
    totals.add(call([1, 2], [8, 4, 12, 4]), 4, 1)
    totals.add(call([5], [6, 2]), 2, 1)
    expect(totals.samples).toBe(10)
    expect(totals.logs('val_')).toEqual({ val_loss: (4 + 8 + 10) / 10, val_mse: 26 / 10 })
  })

  it('add the parts of a step', () => {
    const totals = new Totals({ metrics: [metric], lossKeys: new Map() })
    const [first, second] = [call([1], [1, 2]), call([0.5], [3, 2])]
    const both = { ...first, outputs: [...first.outputs, ...second.outputs, {}] }
    totals.add(both, 4, 2)
    expect(totals.logs()).toEqual({ loss: 1.5, mse: 1 })
  })
})

describe('history', () => {
  it('grows by an epoch, and takes a second entry of one as its correction', () => {
    let entries = recorded([], 0, { loss: 2 })
    for (const epoch of [1, 2]) {
      entries = recorded(entries, epoch, { loss: 1 })
      entries = recorded(entries, epoch, { loss: 1, learningRate: epoch / 10 })
    }
    const history = { loss: [2, 1, 1], learningRate: [0.1, 0.2] }
    expect(columnsOf(entries)).toEqual({ epoch: [0, 1, 2], history })
  })

  it('is cut where training goes on', () => {
    const entries = recorded(recorded([], 0, { loss: 3, val_loss: 7 }), 1, { loss: 2 })
    expect(columnsOf(entriesBefore(entries, 1))).toEqual({
      epoch: [0],
      history: { loss: [3], val_loss: [7] },
    })
    expect(entriesBefore(entries, 0)).toEqual([])
  })
})

const [x, y] = [tensor(inOrder(20), [10, 2]), tensor(inOrder(10, 100))]
const samples = { x: [x], y: [y] }

/** The numbers of x of each step. */
const readAll = async (reader: Reader, most: number): Promise<number[][]> => {
  const steps: number[][] = []
  for (let ahead = await reader.ahead(); ahead; ahead = await reader.ahead()) {
    const stretch = await reader.take(Math.min(most, ahead.most))
    const x = [...(stretch.rows.feeds(stretch.order).x0?.data ?? [])]
    const size = x.length / stretch.steps
    for (let i = 0; i < stretch.steps; i++) steps.push(x.slice(i * size, (i + 1) * size))
  }
  await reader.close()
  return steps
}

describe('readers', () => {
  it('cut arrays into batches, the last one smaller', async () => {
    const reader = new ArrayReader(new FedRows(samples), inOrder(5, 3), 2)
    expect(await readAll(reader, 100)).toEqual([
      [6, 7, 8, 9],
      [10, 11, 12, 13],
      [14, 15],
    ])
  })

  it('make one small batch where there are fewer samples than a batch', async () => {
    const reader = new ArrayReader(new FedRows(samples), Int32Array.of(9, 0), 32)
    expect(await readAll(reader, 100)).toEqual([[18, 19, 0, 1]])
  })

  it('join batches of a stream that are of one size', async () => {
    const sizes = [2, 2, 2, 1, 2]
    const stream = dataset(async function* () {
      let at = 0
      for (const size of sizes) {
        yield { x: x.rows(at, at + size), y: y.rows(at, at + size) }
        at += size
      }
    })
    const pulled: number[] = []
    const check = (batch: { x: Tensor; y?: Tensor }) => {
      pulled.push(batch.x.size)
      return { x: [batch.x], y: [batch.y] }
    }
    const read = () => new StreamReader((signal) => stream.batches(0, signal), check as never, [])
    const expected = [
      [0, 1, 2, 3],
      [4, 5, 6, 7],
      [8, 9, 10, 11],
      [12, 13],
      [14, 15, 16, 17],
    ]
    expect(await readAll(read(), 1)).toEqual(expected)
    expect(await readAll(read(), 3)).toEqual(expected)
    const reader = read()
    await reader.ahead()
    const { steps } = await reader.take(5)
    expect(steps).toBe(3)
    await reader.close()
  })

  it('pass on what goes wrong in a stream, after the batches before it', async () => {
    const stream = dataset(async function* () {
      yield { x, y }
      throw new Error('no more disk')
    })
    const reader = new StreamReader(
      (signal) => stream.batches(0, signal),
      (batch) => ({ x: [batch.x] }),
      [],
    )
    await reader.ahead()
    await reader.take(3)
    await expect(reader.ahead()).rejects.toThrow('no more disk')
    await reader.close()
  })
})

describe('steps in parts', () => {
  beforeAll(() => void loadCore())

  const programOf = (count: number) => {
    const graph = new Graph()
    const rng = graph.input('rng', 'int32', [4])
    graph.output('x', new FedRows({ x: [x] }).take(graph, count).x[0] as SymbolicTensor)
    graph.output('rng', rng)
    return graph.finish()
  }

  it('give each part its samples of every step, and its place in the batch', () => {
    const parts = [0, 1].map((i) => ({ program: programOf(2), from: 2 * i, to: 2 * i + 2 }))
    const rows = new FedRows({ x: [x] })
    const stretch = { rows, order: inOrder(8), steps: 2 }
    const steering = { seed: [1, 2] as const, step: 40, rate: () => 0.1 }
    const programs = { batch: 4, parts, update: undefined, exchange: [], pure: false }
    const [first, second] = stagesOf(programs, stretch, steering)
    expect([...(first?.feeds.x0?.data ?? [])]).toEqual([0, 1, 2, 3, 8, 9, 10, 11])
    expect([...(second?.feeds.x0?.data ?? [])]).toEqual([4, 5, 6, 7, 12, 13, 14, 15])
    expect([...(second?.feeds.rng?.data ?? [])]).toEqual([1, 2, 40, 2, 1, 2, 41, 2])
    expect(first?.feeds.learningRate).toBeUndefined()
  })
})

describe('rows in the workers', () => {
  it('can be used again for samples of the same shapes', () => {
    const rows = new ResidentRows(samples)
    expect(rows.fits({ ...samples })).toBe(true)
    expect(rows.fits({ ...samples, weights: [tensor(new Float32Array(10))] })).toBe(false)
    expect(rows.fits({ x: [x.rows(0, 9)], y: [y.rows(0, 9)] })).toBe(false)
    expect(rows.fits({ x: [x], y: [tensor(new Float32Array(10))] })).toBe(false)
  })
})

describe('seeds', () => {
  it('are two words', () => {
    expect(seedWords(7)).toEqual([7, 0])
    expect(seedWords(2 ** 32 * 5 + 3)).toEqual([3, 5])
    expect(rngWords([0xffffffff, 1], 2 ** 31, 4)).toEqual([-1, 1, -(2 ** 31), 4])
  })
})

describe('options', () => {
  it('must be known', () => {
    expect(() => checkOptions('fit', { epoch: 3 }, ['epochs', 'batchSize'])).toThrow(
      refusal('unknown-name', 'option of fit', "'epochs'"),
    )
    expect(() => checkOptions('fit', [] as never, [])).toThrow(refusal('argument', 'object'))
  })
})
