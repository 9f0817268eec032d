// The progress callback on a terminal, a pipe and a console, with a clock made by hand.

import { describe, expect, it, vi } from 'vitest'
import { consoleOutput, type Stream, streamOutput } from '../progress/output.ts'
import { fakeTraining } from '../testing/training.ts'
import type { Callback } from './callback.ts'
import { progress } from './progress.ts'

const CLEAR = '\r\u001b[K'

const recorder = (isTTY: boolean): Stream & { text: string } => ({
  text: '',
  isTTY,
  columns: 200,
  write(text) {
    this.text += text
  },
})

/** Two epochs of four batches, half a second each, and a second of validation. */
const train = async (callback: Callback, tick: (ms: number) => void): Promise<void> => {
  const training = fakeTraining({ epochs: 2 })
  await callback.onTrainBegin?.(training)
  for (const epoch of [0, 1]) {
    await callback.onEpochBegin?.(epoch, training)
    for (const batch of [2, 4]) {
      tick(1000)
      await callback.onProgress?.(batch, { loss: 1 / batch }, training)
    }
    tick(1000)
    await callback.onEpochEnd?.(epoch, { loss: 0.2, val_loss: 0.3 }, training)
  }
  await callback.onTrainEnd?.({}, training)
}

const clock = () => {
  let ms = 5000
  const tick = (by: number): void => {
    ms += by
  }
  return { now: () => ms, tick }
}

const LINES = [
  'Epoch 1/2 - 3.0s - 64 samples/s - loss 0.2000 - val_loss 0.3000',
  'Epoch 2/2 - 3.0s - 64 samples/s - loss 0.2000 - val_loss 0.3000',
]

describe('progress', () => {
  it('prints one plain line an epoch where it cannot redraw', async () => {
    const stream = recorder(false)
    const { now, tick } = clock()
    await train(progress({ output: streamOutput(stream), now }), tick)
    expect(stream.text).toBe(`${LINES.join('\n')}\n`)
  })

  it('draws a bar on a terminal, and leaves the finished line', async () => {
    const stream = recorder(true)
    const { now, tick } = clock()
    await train(progress({ output: streamOutput(stream, { NO_COLOR: '1' }), now }), tick)
    const [full, half, none] = [20, 10, 0].map((n) => '━'.repeat(n) + '─'.repeat(20 - n))
    const drawn = stream.text.split(CLEAR).slice(1)
    expect(drawn.slice(0, 4)).toEqual([
      `Epoch 1/2 ${none} 0/4`,
      `Epoch 1/2 ${half} 2/4 - ETA 1.0s - 64 samples/s - loss 0.5000`,
      `Epoch 1/2 ${full} 4/4 - ETA 0ms - 64 samples/s - loss 0.2500`,
      `${LINES[0]}\n`,
    ])
    expect(drawn.length).toBe(8)
  })

  it('prints lines only, if so asked', async () => {
    const stream = recorder(true)
    const { now, tick } = clock()
    await train(progress({ output: streamOutput(stream), now, style: 'lines' }), tick)
    expect(stream.text).toBe(LINES.map((line) => `${CLEAR}${line}\n`).join(''))
  })

  it('leaves the bar where it is when training ends in the middle', async () => {
    const stream = recorder(true)
    const training = fakeTraining()
    const callback = progress({ output: streamOutput(stream, { NO_COLOR: '1' }), now: () => 0 })
    await callback.onEpochBegin?.(0, training)
    await callback.onProgress?.(1, { loss: 1 }, training)
    await callback.onTrainEnd?.({ loss: 1 }, training)
    expect(stream.text.endsWith('1/4 - ETA 0ms - loss 1.0000\n')).toBe(true)
  })

  it('counts the steps of an epoch that reported none', async () => {
    const stream = recorder(false)
    const training = fakeTraining({ epochs: 1 })
    const { now, tick } = clock()
    const callback = progress({ output: streamOutput(stream), now })
    await callback.onEpochBegin?.(0, training)
    tick(2000)
    await callback.onEpochEnd?.(0, { loss: 1 }, training)
    expect(stream.text).toBe('Epoch 1/1 - 2.0s - 64 samples/s - loss 1.0000\n')
  })

  it('uses the console of a browser', async () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {})
    const { now, tick } = clock()
    await train(progress({ output: consoleOutput(), now }), tick)
    expect(log.mock.calls).toEqual(LINES.map((line) => [line]))
    log.mockRestore()
  })
})
