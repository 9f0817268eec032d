// The event files, read back by the framing and the fields of their own specification. The real
// TensorBoard's reader is `test/reference/check_tensorboard.py`.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decode } from 'fast-png'
import { afterAll, describe, expect, it } from 'vitest'
import { fakeTraining, runEpochs } from '../testing/training.ts'
import { crc32c, histogramEvent, masked, scalarEvent } from './event-file.ts'
import { tensorBoard } from './tensor-board.ts'
import { picturesOf } from './weight-image.ts'

const directory = mkdtempSync(join(tmpdir(), 'gradloom-events-'))

afterAll(() => {
  rmSync(directory, { recursive: true })
})

/** The data of each frame, whose CRCs must be right. */
const framesOf = (bytes: Uint8Array): Uint8Array[] => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const frames: Uint8Array[] = []
  for (let at = 0; at < bytes.length; ) {
    const size = Number(view.getBigUint64(at, true))
    expect(view.getUint32(at + 8, true)).toBe(masked(crc32c(bytes.subarray(at, at + 8))))
    const data = bytes.subarray(at + 12, at + 12 + size)
    expect(view.getUint32(at + 12 + size, true)).toBe(masked(crc32c(data)))
    frames.push(data)
    at += size + 16
  }
  return frames
}

type Field = number | Uint8Array

/** Fields of a Protocol Buffers message by number; each once. */
const fieldsOf = (bytes: Uint8Array): Map<number, Field> => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const fields = new Map<number, Field>()
  let at = 0
  const varint = (): number => {
    let [value, unit] = [0, 1]
    for (;;) {
      const byte = bytes[at++] as number
      value += (byte & 127) * unit
      if (byte < 128) return value
      unit *= 128
    }
  }
  const take = (size: number): number => {
    at += size
    return at - size
  }
  while (at < bytes.length) {
    const key = varint()
    const read: Record<number, () => Field> = {
      0: varint,
      1: () => view.getFloat64(take(8), true),
      2: () => {
        const from = take(varint())
        return bytes.subarray(from, at)
      },
      5: () => view.getFloat32(take(4), true),
    }
    fields.set(key >> 3, (read[key & 7] as () => Field)())
  }
  return fields
}

const nested = (fields: Map<number, Field>, ...path: number[]): Map<number, Field> =>
  path.reduce((inner, number) => fieldsOf(inner.get(number) as Uint8Array), fields)

const textOf = (x: Field | undefined) => new TextDecoder().decode(x as Uint8Array)

const doublesOf = (x: Field | undefined): number[] => {
  const bytes = x as Uint8Array
  return Array.from(new Float64Array(bytes.slice().buffer))
}

const filesIn = (place: string): Uint8Array[] => {
  const names = readdirSync(join(directory, place))
  expect(names.every((name) => /^events\.out\.tfevents\.\d{10}\./.test(name))).toBe(true)
  return names.map((name) => new Uint8Array(readFileSync(join(directory, place, name))))
}

describe('event files', () => {
  it('have the CRC of the standard', () => {
    expect(crc32c(new TextEncoder().encode('123456789'))).toBe(0xe3069283)
    expect(masked(0xe3069283)).toBe((((0xe3069283 >>> 15) | (0xe3069283 << 17)) + 0xa282ead8) >>> 0)
  })

  it('hold large steps', () => {
    const [frame] = framesOf(scalarEvent('x', 1, 5_000_000_000, 1))
    expect(fieldsOf(frame as Uint8Array).get(2)).toBe(5_000_000_000)
  })

  it('count every value of a histogram in one bucket', () => {
    const values = [1, -2, 0.5, 1, 1, 0]
    const [frame] = framesOf(histogramEvent('w', values, 3, 1))
    const histogram = nested(fieldsOf(frame as Uint8Array), 5, 1, 5)
    expect([1, 2, 3, 4, 5].map((i) => histogram.get(i))).toEqual([-2, 1, 6, 1.5, 7.25])
    const [limits, counts] = [doublesOf(histogram.get(6)), doublesOf(histogram.get(7))]
    expect(counts.reduce((a, b) => a + b)).toBe(6)
    expect(counts.at(-1)).toBe(3)
    expect(limits).toEqual([...limits].sort((a, b) => a - b))
    expect(limits.at(-1)).toBeGreaterThanOrEqual(1)
    const alike = nested(
      fieldsOf(framesOf(histogramEvent('w', [2, 2], 0, 1))[0] as Uint8Array),
      5,
      1,
      5,
    )
    expect(doublesOf(alike.get(7)).reduce((a, b) => a + b)).toBe(2)
  })
})

describe('tensorBoard', () => {
  it('writes the logs of every epoch, those of validation apart, and the weights', async () => {
    const callback = tensorBoard({ logDir: directory, histogramFreq: 2 })
    const logs = [1, 2, 3].map((i) => ({ loss: 1 / i, val_loss: 2 / i }))
    await runEpochs(callback, logs, fakeTraining())
    const [train] = filesIn('train') as [Uint8Array]
    const [version, ...events] = framesOf(train).map(fieldsOf)
    expect(textOf(version?.get(3))).toBe('brain.Event:2')
    const values = events.map((event) => {
      const value = nested(event, 5, 1)
      return [event.get(2), textOf(value.get(1)), value.get(2)]
    })
    expect(values).toEqual([
      [0, 'epoch_loss', 1],
      [0, 'epoch_learning_rate', Math.fround(0.1)],
      [0, 'dense/kernel', undefined],
      [1, 'epoch_loss', 0.5],
      [1, 'epoch_learning_rate', Math.fround(0.1)],
      [2, 'epoch_loss', Math.fround(1 / 3)],
      [2, 'epoch_learning_rate', Math.fround(0.1)],
      [2, 'dense/kernel', undefined],
    ])
    const [validation] = filesIn('validation') as [Uint8Array]
    const first = fieldsOf(framesOf(validation)[1] as Uint8Array)
    expect(nested(first, 5, 1).get(2)).toBe(2)
    expect(Math.abs((first.get(1) as number) - Date.now() / 1000)).toBeLessThan(600)
  })

  it('writes running means within an epoch, every so many batches', async () => {
    const logDir = join(directory, 'batches')
    const callback = tensorBoard({ logDir, updateFreq: 2 })
    const training = fakeTraining()
    await callback.onTrainBegin?.(training)
    for (const i of [1, 2, 3, 4, 5]) await callback.onBatchEnd?.(i - 1, { loss: i }, training)
    const frames = framesOf(filesIn('batches/train')[0] as Uint8Array).slice(1)
    const points = frames.map((frame) => {
      const value = nested(fieldsOf(frame), 5, 1)
      return [fieldsOf(frame).get(2), textOf(value.get(1)), value.get(2)]
    })
    expect(points).toEqual([
      [2, 'batch_loss', 2],
      [4, 'batch_loss', 4],
    ])
    expect(tensorBoard().onBatchEnd).toBeUndefined()
  })

  it('shows weights as pictures', async () => {
    const logDir = join(directory, 'pictures')
    const callback = tensorBoard({ logDir, histogramFreq: 1, writeImages: true })
    const kernel = Float32Array.of(-1, 0, 1, 0, -1, 1)
    const training = fakeTraining({
      weightShapes: new Map([[0, [3, 2]]]),
      snapshot: async () => new Map([[0, kernel]]),
    })
    await runEpochs(callback, [{ loss: 1 }], training)
    const frames = framesOf(filesIn('pictures/train')[0] as Uint8Array)
    const value = nested(fieldsOf(frames.at(-1) as Uint8Array), 5, 1)
    expect(textOf(value.get(1))).toBe('dense/kernel/image')
    const image = fieldsOf(value.get(4) as Uint8Array)
    expect([1, 2, 3].map((i) => image.get(i))).toEqual([2, 3, 1])
    const { data, width, height, channels } = decode(image.get(4) as Uint8Array)
    expect([width, height, channels]).toEqual([3, 2, 1])
    // On its side: wider than high.
    expect([...data]).toEqual([0, 255, 0, 128, 128, 255])
  })

  it('has a picture for each of the first kernels, and none of larger weights', () => {
    const values = Float32Array.from({ length: 24 }, (_, i) => i)
    const pictures = picturesOf(values, [2, 3, 1, 4])
    expect(pictures.map(({ height, width }) => [height, width])).toEqual([
      [2, 3],
      [2, 3],
      [2, 3],
    ])
    expect([...(pictures[1]?.values ?? [])]).toEqual([1, 5, 9, 13, 17, 21])
    expect(picturesOf(values, [2, 3, 2, 2])).toEqual([])
    expect(picturesOf(values, [24])).toMatchObject([{ height: 1, width: 24 }])
  })

  it('refuses a frequency that is none', () => {
    expect(() => tensorBoard({ updateFreq: 0 })).toThrow('tensorBoard: updateFreq must be')
    expect(() => tensorBoard({ histogramFreq: -1 })).toThrow('tensorBoard: histogramFreq must be')
  })
})
