// Windows over time series and padded lists, with values of Keras 3.15.1 (TensorFlow 2.21).

import { describe, expect, it } from 'vitest'
import { Tensor } from '../tensor.ts'
import { refusal } from '../testing/refusal.ts'
import { padSequences, timeseriesDatasetFromArray } from './sequences.ts'

/** [20, 2]: 0, 1 … 39 */
const series = new Tensor(
  Float32Array.from({ length: 40 }, (_, i) => i),
  [20, 2],
)
const targets = Int32Array.from({ length: 20 }, (_, i) => 100 + i)

/** The first feature of each window, and its target. */
const read = async (
  labels: Int32Array | null,
  options: Parameters<typeof timeseriesDatasetFromArray>[2],
) => {
  const found: unknown[] = []
  for (const { x, y } of await timeseriesDatasetFromArray(series, labels, options).toArray()) {
    const even = [...x.elements].filter((_, i) => i % 2 === 0)
    found.push([x.shape, even, ...(y ? [[...y.elements]] : [])])
  }
  return found
}

describe('timeseriesDatasetFromArray', () => {
  it('strides and samples as Keras does', async () => {
    const options = { sequenceLength: 4, sequenceStride: 3, samplingRate: 2, batchSize: 3 }
    const first = [
      [3, 4, 2],
      [0, 4, 8, 12, 6, 10, 14, 18, 12, 16, 20, 24],
    ]
    const second = [
      [2, 4, 2],
      [18, 22, 26, 30, 24, 28, 32, 36],
    ]
    expect(await read(targets, options)).toEqual([
      [...first, [100, 103, 106]],
      [...second, [109, 112]],
    ])
    expect(await read(null, options)).toEqual([first, second])
    const few = [
      [2, 4, 2],
      [0, 4, 8, 12, 6, 10, 14, 18],
      [100, 103],
    ]
    expect(await read(targets.subarray(0, 5), options)).toEqual([few])
  })

  it('takes a part of the series, and single windows', async () => {
    const options = { sequenceLength: 3, startIndex: 5, endIndex: 11, batchSize: null }
    expect(await read(targets, options)).toEqual([
      [[3, 2], [10, 12, 14], [105]],
      [[3, 2], [12, 14, 16], [106]],
      [[3, 2], [14, 16, 18], [107]],
      [[3, 2], [16, 18, 20], [108]],
    ])
  })

  it('knows its size, and shuffles by seed and epoch', async () => {
    const make = (seed: number) =>
      timeseriesDatasetFromArray(series, targets, { sequenceLength: 3, shuffle: true, seed })
    expect(make(1).size).toBe(1)
    const order = async (seed: number, epoch: number) => {
      const [batch] = await make(seed).toArray(epoch)
      return [...(batch?.y?.elements ?? [])]
    }
    const first = await order(1, 0)
    expect(first.toSorted()).toEqual([...targets.subarray(0, 18)])
    expect(first).not.toEqual([...targets.subarray(0, 18)])
    expect(await order(1, 0)).toEqual(first)
    expect(await order(1, 1)).not.toEqual(first)
    expect(await order(2, 0)).not.toEqual(first)
  })

  it.each<[string, object, string[]]>([
    ['a length', { sequenceLength: 0 }, ['sequenceLength', '0']],
    ['a stride', { sequenceLength: 2, sequenceStride: 0 }, ['sequenceStride']],
    ['a rate', { sequenceLength: 2, samplingRate: 0.5 }, ['samplingRate', '0.5']],
    ['a start', { sequenceLength: 2, startIndex: -1 }, ['startIndex', '-1']],
    ['windows longer than the series', { sequenceLength: 21 }, ['21 steps', '0..20', '[20,2]']],
    ['an end beyond the series', { sequenceLength: 2, endIndex: 30 }, ['0..30']],
  ])('refuses %s', (_, options, parts) => {
    expect(() => timeseriesDatasetFromArray(series, null, options as never)).toThrow(
      refusal('argument', ...parts),
    )
  })
})

describe('padSequences', () => {
  const rows = [[1], [2, 3], Int32Array.of(4, 5, 6)]
  it.each([
    [{}, [0, 0, 1, 0, 2, 3, 4, 5, 6]],
    [{ maxlen: 2 }, [0, 1, 2, 3, 5, 6]],
    [{ maxlen: 2, padding: 'post', truncating: 'post', value: -1 }, [1, -1, 2, 3, 4, 5]],
    [{ maxlen: 4, padding: 'post' }, [1, 0, 0, 0, 2, 3, 0, 0, 4, 5, 6, 0]],
  ] as const)('%j', (options, wanted) => {
    const made = padSequences(rows, options)
    expect([made.dtype, [...made.elements]]).toEqual(['int32', [...wanted]])
    expect(made.shape).toEqual([3, wanted.length / 3])
  })

  it('takes fractions as float32 only, and a length that is one', () => {
    expect([...padSequences([[0.5]], { dtype: 'float32', maxlen: 2 }).elements]).toEqual([0, 0.5])
    expect(() => padSequences([[0.5]])).toThrow(refusal('dtype', '0.5'))
    expect(() => padSequences([[1]], { maxlen: -1 })).toThrow(refusal('argument', 'maxlen', '-1'))
    expect(padSequences([]).shape).toEqual([0, 0])
  })
})
